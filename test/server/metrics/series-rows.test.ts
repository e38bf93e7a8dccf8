import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SeriesRow } from '../../../src/server/metrics/series-row.ts';
import { SeriesRows } from '../../../src/server/metrics/series-rows.ts';
import { listenerChannels, notMeasured } from '../../../src/tcp/recording/channel.ts';
import type { LiveSubject } from '../../../src/tcp/recording/feed.ts';

const drops = listenerChannels.findIndex(({ name }) => name === 'drops');
const HOUR = 3600;

const subjectOf = (id: number): LiveSubject => ({
  id,
  kind: 'listener',
  identity: `host 0.0.0.0:${id}`,
  about: { namespace: 'host', address: '0.0.0.0', port: id },
});

/** What each listener dropped in a second; a listener that is not named is not there. */
type Second = Readonly<Record<number, number>>;

class Host {
  readonly rows: SeriesRows;
  readonly subjects = new Map<number, LiveSubject>();
  #at = 0;

  constructor(most: number) {
    this.rows = new SeriesRows('listener', most, 0);
  }

  second(dropsOf: Second): void {
    const values = new Map<number, Int32Array>();
    for (const [port, dropped] of Object.entries(dropsOf)) {
      const id = Number(port);
      if (!this.subjects.has(id)) this.subjects.set(id, subjectOf(id));
      values.set(
        id,
        new Int32Array(listenerChannels.length).fill(notMeasured).fill(dropped, drops, drops + 1),
      );
    }
    this.#at++;
    this.rows.count({ atSecond: this.#at, values }, this.subjects, this.#at * 1000);
  }

  seconds(count: number, dropsOf: Second): void {
    for (let at = 0; at < count; at++) this.second(dropsOf);
  }

  shown(): Record<string, number> {
    const { own, other } = this.rows;
    const rows = other === undefined ? [...own] : [...own, other];
    return Object.fromEntries(rows.map((row) => [row.labels.listener ?? '', total(row)]));
  }
}

function total(row: SeriesRow): number {
  return row.total(drops) ?? 0;
}

/** Hosts of up to 8 listeners with room for few; now and then more than an hour passes, in which anybody may be gone. */
const histories = fc.record({
  most: fc.integer({ min: 0, max: 4 }),
  parts: fc.array(
    fc.record({
      seconds: fc.oneof(
        { weight: 8, arbitrary: fc.constant(1) },
        { weight: 1, arbitrary: fc.integer({ min: HOUR - 2, max: HOUR + 2 }) },
      ),
      drops: fc.dictionary(
        fc.integer({ min: 1, max: 8 }).map(String),
        fc.oneof(fc.constant(0), fc.constant(notMeasured), fc.integer({ min: 1, max: 1000 })),
      ),
    }),
    { maxLength: 30 },
  ),
});

describe('rows of series, whatever happens', () => {
  it('no row goes back while it is there, and no more rows than there may be', () => {
    fc.assert(
      fc.property(histories, ({ most, parts }) => {
        const host = new Host(most);
        let before = new Map<SeriesRow, number>();
        for (const part of parts) {
          host.second(part.drops);
          // What goes on for long goes on quietly.
          host.seconds(part.seconds - 1, quietly(part.drops));
          const { own, other } = host.rows;
          const rows = [...own, ...(other === undefined ? [] : [other])];
          expect([...own].length).toBeLessThanOrEqual(most);
          const now = new Map(rows.map((row) => [row, total(row)]));
          for (const [row, value] of now) expect(value).toBeGreaterThanOrEqual(before.get(row) ?? 0);
          before = now;
        }
      }),
      { numRuns: 150 },
    );
  });

  it('each second is counted once, in one row, and in the whole, which never goes back', () => {
    fc.assert(
      fc.property(histories, ({ most, parts }) => {
        const host = new Host(most);
        const everSeen = new Set<SeriesRow>();
        let fed = 0;
        for (const part of parts) {
          host.second(part.drops);
          for (const row of host.rows.own) everSeen.add(row);
          host.seconds(part.seconds - 1, quietly(part.drops));
          for (const row of host.rows.own) everSeen.add(row);
          fed += Object.values(part.drops).reduce((sum, one) => sum + Math.max(0, one), 0);
          const { other } = host.rows;
          const counted = [...everSeen, ...(other === undefined ? [] : [other])].map(total);
          expect(counted.reduce((sum, one) => sum + one, 0)).toBe(fed);
          expect(total(host.rows.whole)).toBe(fed);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('a row that had trouble stays for an hour, whoever else wants it', () => {
    fc.assert(
      fc.property(histories, ({ most, parts }) => {
        const host = new Host(most);
        const troubled = new Map<SeriesRow, number>();
        let at = 0;
        for (const part of parts) {
          host.second(part.drops);
          at++;
          for (const row of host.rows.own) if (row.secondsQuiet === 0) troubled.set(row, at);
          host.seconds(part.seconds - 1, quietly(part.drops));
          at += part.seconds - 1;
          const own = new Set(host.rows.own);
          for (const [row, when] of troubled) if (at - when < HOUR) expect(own.has(row)).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });
});

function quietly(dropsOf: Second): Second {
  return Object.fromEntries(Object.keys(dropsOf).map((port) => [port, 0]));
}

describe('who has a row', () => {
  it('all, while there is room; nobody is "other" then', () => {
    const host = new Host(3);
    host.second({ 1: 0, 2: 5, 3: 0 });
    expect(host.shown()).toEqual({ '0.0.0.0:1': 0, '0.0.0.0:2': 5, '0.0.0.0:3': 0 });
  });

  it('those that drop most come first', () => {
    const host = new Host(2);
    host.second({ 1: 0, 2: 5, 3: 9, 4: 1 });
    expect(host.shown()).toEqual({ '0.0.0.0:3': 9, '0.0.0.0:2': 5, other: 1 });
  });

  it('one that begins to drop takes the place of a quiet one; "other" keeps what it counted before', () => {
    const host = new Host(2);
    host.second({ 1: 7, 2: 0, 3: 0 });
    host.second({ 1: 0, 2: 0, 3: 20 });
    host.second({ 1: 0, 2: 0, 3: 1 });
    expect(host.shown()).toEqual({ '0.0.0.0:1': 7, '0.0.0.0:3': 21, other: 0 });
  });

  it('it does not take the place of one in trouble: it is counted as other', () => {
    const host = new Host(1);
    host.second({ 1: 7 });
    host.second({ 1: 0, 3: 20 });
    expect(host.shown()).toEqual({ '0.0.0.0:1': 7, other: 20 });
    host.seconds(HOUR, { 1: 0, 3: 0 });
    host.second({ 1: 0, 3: 4 });
    // No total moves: a rate over "other" must not see the 7 of the past as new ones.
    expect(host.shown()).toEqual({ '0.0.0.0:3': 4, other: 20 });
    expect(total(host.rows.whole)).toBe(31);
  });

  it('one that is gone keeps its total for an hour, and counts from there if it comes back', () => {
    const host = new Host(2);
    host.second({ 1: 7, 2: 0 });
    host.seconds(HOUR, { 2: 0 });
    expect(host.shown()).toEqual({ '0.0.0.0:1': 7, '0.0.0.0:2': 0 });
    host.second({ 1: 1, 2: 0 });
    expect(host.shown()).toEqual({ '0.0.0.0:1': 8, '0.0.0.0:2': 0 });
    host.seconds(HOUR + 1, { 2: 0 });
    expect(host.shown()).toEqual({ '0.0.0.0:2': 0 });
  });

  it('a row that begins again says since when', () => {
    const host = new Host(1);
    host.second({ 1: 7 });
    host.seconds(HOUR + 1, {});
    host.second({ 1: 2 });
    const [row] = host.rows.own;
    expect(row).toMatchObject({ startMs: (HOUR + 3) * 1000 });
    expect(host.shown()).toEqual({ '0.0.0.0:1': 2 });
  });

  it('what nobody measured is not 0', () => {
    const host = new Host(1);
    host.second({ 1: notMeasured });
    const [row] = host.rows.own;
    expect(row?.total(drops)).toBeUndefined();
    expect(row?.last(drops, 'sum')).toBeUndefined();
    host.second({ 1: 3 });
    host.second({ 1: notMeasured });
    expect(row?.total(drops)).toBe(3);
  });

  it('a listener the feed knows nothing of is in no row', () => {
    const rows = new SeriesRows('listener', 4, 0);
    rows.count(
      { atSecond: 1, values: new Map([[9, new Int32Array(listenerChannels.length)]]) },
      new Map(),
      0,
    );
    expect([...rows.own]).toEqual([]);
    expect(rows.seen).toBe(0);
  });
});
