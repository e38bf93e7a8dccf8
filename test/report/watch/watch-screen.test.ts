import { describe, expect, it } from 'vitest';
import { firstChoice } from '../../../src/cli/watch/choose.ts';
import { ListenerBook } from '../../../src/cli/watch/listener-book.ts';
import { paintFor } from '../../../src/report/ansi.ts';
import { filterRows, keepOrder, orderRows } from '../../../src/report/watch/order-rows.ts';
import type { WatchChoice, WatchModel } from '../../../src/report/watch/watch-model.ts';
import { watchScreen } from '../../../src/report/watch/watch-screen.ts';
import { widthOf } from '../../../src/report/wrap-text.ts';
import { overflow } from '../../history/filled-store.ts';
import { FakeFeed } from '../../recording/fake-feed.ts';

const START = 1_800_000_000;

/** Three listeners for a minute: one overflows at its end, one is half full, one of IPv6 is quiet. */
function watched(): { feed: FakeFeed; book: ListenerBook } {
  const feed = new FakeFeed();
  const book = new ListenerBook();
  feed.addSubject({ id: 1, kind: 'namespace', identity: 'host', about: { name: 'host', inode: 1 } });
  feed.addSubject({ id: 2, kind: 'namespace', identity: 'web', about: { name: 'web', inode: 2 } });
  feed.addListener(10, '0.0.0.0', 24224, { process: 'ruby', pid: 812 });
  feed.addListener(11, '127.0.0.1', 5432, { process: 'postgres', pid: 99 });
  feed.addListener(12, '::', 80, { namespace: 'web', family: 'ipv6', process: 'nginx', pid: 7 });
  feed.subscribe((event) => {
    if (event.kind === 'second') book.add(event.second, feed.subjects);
  });
  for (let at = 0; at < 70; at++) {
    const isLate = at >= 60;
    const quiet = { fullShare: 0, drops: 0, acceptedAtLeast: 3, synRecv: 0, cpu: 5, descriptors: 12 };
    feed.second(START + at, {
      1: {
        passiveOpens: 310,
        listenDrops: isLate ? 60 : 0,
        retransmittedSegments: 0,
        ...(at === 3 ? { established: 1200 } : {}),
      },
      2: { passiveOpens: 1, listenDrops: 0 },
      10: isLate
        ? {
            ...quiet,
            queueMax: 1025,
            limit: 1024,
            drops: 60,
            fullShare: 700,
            acceptedAtLeast: 310,
            synRecv: 12,
          }
        : { ...quiet, queueMax: at * 3, limit: 1024 },
      11: { ...quiet, queueMax: 65, limit: 128 },
      12: { ...quiet, queueMax: 0, limit: 511, synRecv: -1 },
    });
  }
  return { feed, book };
}

function modelOf({ feed, book }: ReturnType<typeof watched>, choice: Partial<WatchChoice> = {}): WatchModel {
  const chosen = { ...firstChoice, ...choice };
  const rows = orderRows(book.rows(feed), chosen.sort);
  return {
    status: feed.status,
    atSecond: feed.latest?.atSecond,
    rows: filterRows(rows, chosen.filter),
    listeners: rows.length,
    namespaces: book.namespaces(feed),
    incidents: feed.openIncidents,
    choice: chosen,
  };
}

const context = (columns: number, rows: number, colour = false) => ({
  paint: paintFor(colour),
  columns,
  rows,
  utcOffset: () => 60,
});

function draw(model: WatchModel, columns: number, rows: number): string {
  const lines = watchScreen(model, context(columns, rows));
  expect(lines).toHaveLength(rows);
  expect(lines.filter((line) => widthOf(line) > columns)).toEqual([]);
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

const incident = { ...overflow, openedMs: (START + 60) * 1000, updatedMs: (START + 69) * 1000 };

describe('the terminal view', () => {
  it.each([
    [60, 14],
    [100, 24],
    [200, 50],
  ])('fits %i columns and %i rows', async (columns, rows) => {
    const one = watched();
    one.feed.incident(incident);
    one.feed.status = { ...one.feed.status, unseen: ['packets: CAP_NET_RAW is missing', 'the kernel log'] };
    const text = draw(modelOf(one, { selected: 11 }), columns, rows);
    await expect(text).toMatchFileSnapshot(`../golden/watch-${columns}.txt`);
  });

  it('opens a listener', async () => {
    const one = watched();
    one.feed.incident(incident);
    await expect(draw(modelOf(one, { opened: 10 }), 100, 30)).toMatchFileSnapshot(
      '../golden/watch-listener.txt',
    );
    for (const rows of [4, 5, 8, 12]) draw(modelOf(one, { opened: 10 }), 60, rows);
  });

  it('explains itself', () => {
    const one = watched();
    one.feed.status = {
      ...one.feed.status,
      unseen: ['the sockets of web: entering another network namespace needs root'],
      standing: [{ finding: 'syncookies-off', namespace: 'host', title: 'SYN cookies are off' }],
    };
    const text = draw(modelOf(one, { showsHelp: true }), 100, 40);
    for (const part of ['up, down, k, j', 'Cannot be seen', 'needs root', 'SYN cookies are off in host'])
      expect(text).toContain(part);
  });

  it('fits whatever the size is', () => {
    const one = watched();
    for (let id = 0; id < 8; id++) one.feed.incident({ ...incident, id: `i${id}` });
    for (let columns = 1; columns < 130; columns += 7)
      for (let rows = 1; rows < 30; rows++)
        for (const choice of [{}, { opened: 10 }, { showsHelp: true }, { isTyping: true, filter: 'x' }])
          draw(modelOf(one, choice), columns, rows);
  });

  it('says what is not there', () => {
    const feed = new FakeFeed();
    const nothing = { feed, book: new ListenerBook() };
    expect(draw(modelOf(nothing), 80, 10)).toContain('Looking ...');
    feed.second(START, {});
    expect(draw(modelOf(nothing), 80, 10)).toContain('No TCP socket is listening.');
    expect(draw(modelOf(watched(), { filter: 'redis' }), 80, 12)).toContain(
      'None of 3 listeners fits the filter.',
    );
  });

  it('is readable without colour: each line has its sign', () => {
    const text = draw(modelOf(watched()), 100, 20);
    expect(text).toMatch(/^ {2}x 0\.0\.0\.0:24224/m);
    expect(text).toMatch(/^ {2}! 127\.0\.0\.1:5432/m);
    expect(text).toMatch(/^ {2}· \[::\]:80/m);
    const coloured = watchScreen(modelOf(watched()), context(100, 20, true)).join('');
    expect(coloured).toContain('\u001b[31m');
  });

  it('makes foreign text harmless', () => {
    const one = watched();
    one.feed.addListener(10, '0.0.0.0', 24224, { process: 'ev\u001b[2Jil\n\u202e' });
    one.feed.incident({ ...incident, title: 'a\u0007b\u001b]0;x' });
    for (const choice of [{}, { opened: 10 }]) {
      const text = draw(modelOf(one, choice), 120, 24);
      expect(text).not.toContain('\u001b');
      expect(text).not.toContain('\u0007');
      expect(text).not.toContain('\u202e');
    }
  });
});

describe('the order', () => {
  const ids = (rows: readonly { readonly id: number }[]): number[] => rows.map(({ id }) => id);

  it('is what was asked for', () => {
    const { feed, book } = watched();
    const rows = book.rows(feed);
    expect(ids(orderRows(rows, 'worst'))).toEqual([10, 11, 12]);
    expect(ids(orderRows(rows, 'drops'))).toEqual([10, 11, 12]);
    expect(ids(orderRows(rows, 'fill'))).toEqual([10, 11, 12]);
    expect(ids(orderRows(rows, 'name'))).toEqual([10, 11, 12]);
    expect(ids(orderRows([...rows].reverse(), 'worst'))).toEqual([10, 11, 12]);
  });

  it('puts what is found open first, although nothing was dropped in the last minute', () => {
    const { feed, book } = watched();
    feed.incident({ ...incident, namespace: 'web', subject: '[::]:80' });
    for (let at = 70; at < 140; at++)
      feed.second(START + at, { 10: { queueMax: 0, limit: 8 }, 11: { queueMax: 0, limit: 8 } });
    expect(ids(orderRows(book.rows(feed), 'worst'))[0]).toBe(12);
  });

  it('stays as it is for a while; what is new comes last', () => {
    const { feed, book } = watched();
    const rows = orderRows(book.rows(feed), 'worst');
    expect(ids(keepOrder(rows, [12, 10]))).toEqual([12, 10, 11]);
  });

  it('is of those that fit the filter', () => {
    const { feed, book } = watched();
    const rows = book.rows(feed);
    expect(ids(filterRows(rows, 'RUBY host'))).toEqual([10]);
    expect(ids(filterRows(rows, ':80'))).toEqual([12]);
    expect(ids(filterRows(rows, '  '))).toEqual([10, 11, 12]);
    expect(ids(filterRows(rows, 'ruby web'))).toEqual([]);
  });
});

describe('the last minute', () => {
  it('forgets what is gone and what is older', () => {
    const { feed, book } = watched();
    const [row] = book.rows(feed);
    expect(row?.peaks).toHaveLength(60);
    expect(row?.dropsPerMinute).toBe(600);
    feed.subjects.delete(10);
    feed.second(START + 70, { 11: { queueMax: 1, limit: 8 } });
    expect(book.rows(feed).map(({ id }) => id)).toEqual([11, 12]);
    feed.addListener(10, '0.0.0.0', 24224);
    feed.second(START + 71, { 10: { queueMax: 2, limit: 8 } });
    expect(book.rows(feed).find(({ id }) => id === 10)?.peaks).toEqual([2]);
  });

  it('keeps what is not counted each second, and never takes unknown for 0', () => {
    const { feed, book } = watched();
    expect(book.namespaces(feed)[0]?.now).toMatchObject({ established: 1200, passiveOpens: 310 });
    expect(book.namespaces(feed)[1]?.now.established).toBeUndefined();
    expect(book.rows(feed).find(({ id }) => id === 12)?.now.synRecv).toBeUndefined();
  });
});
