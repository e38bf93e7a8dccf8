import { describe, expect, it } from 'vitest';
import { decimate } from '../../../src/ui/chart/decimate.ts';
import { drawnColumns } from '../../../src/ui/chart/drawn-columns.ts';
import { type Tier, tierOf, worstFirst } from '../../../src/ui/live/lane-order.ts';
import { SecondsRing } from '../../../src/ui/live/seconds-ring.ts';

describe('the order of lanes', () => {
  const tiers = (given: Readonly<Record<number, Tier>>): ReadonlyMap<number, Tier> =>
    new Map(Object.entries(given).map(([id, tier]) => [Number(id), tier]));

  it('is loss, pressure, work, quiet', () => {
    const weight = { dropped: 0, fullest: 0, accepted: 0, incident: null };
    expect(tierOf(weight)).toBe('quiet');
    expect(tierOf({ ...weight, accepted: 1 })).toBe('busy');
    expect(tierOf({ ...weight, fullest: 0.6 })).toBe('pressure');
    expect(tierOf({ ...weight, incident: 'warning' })).toBe('pressure');
    expect(tierOf({ ...weight, dropped: 1 })).toBe('loss');
    expect(tierOf({ ...weight, fullest: 129 / 128 })).toBe('loss');
  });

  it('changes only for a lane that got better or worse', () => {
    const before = worstFirst([1, 2, 3, 4], tiers({ 1: 'busy', 2: 'busy', 3: 'busy', 4: 'loss' }), []);
    expect(before).toEqual([4, 1, 2, 3]);
    const after = tiers({ 1: 'busy', 2: 'busy', 3: 'loss', 4: 'loss' });
    expect(worstFirst([3, 2, 1, 4], after, before)).toEqual([4, 3, 1, 2]);
    expect(worstFirst([9, 1, 2], tiers({ 9: 'busy', 1: 'busy', 2: 'busy' }), [2, 1])).toEqual([2, 1, 9]);
  });
});

describe('a ring of seconds', () => {
  it('gives back what was written, and a gap where nobody looked', () => {
    const ring = new SecondsRing(2, 10);
    ring.write(1000, [1, 10]);
    ring.write(1003, [4, 40]);
    expect([...ring.read(0, 999, 1005)]).toEqual([-1, 1, -1, -1, 4, -1]);
    expect(ring.at(1, 1003)).toBe(40);
    expect(ring.at(1, 1002)).toBe(-1);
  });

  it('forgets what is older than it is long, also after a long silence', () => {
    const ring = new SecondsRing(1, 4);
    for (let second = 0; second < 9; second++) ring.write(second, [second]);
    expect([...ring.read(0, 3, 9)]).toEqual([-1, -1, 5, 6, 7, 8]);
    ring.write(1_000_000, [7]);
    expect([...ring.read(0, 999_997, 1_000_001)]).toEqual([-1, -1, -1, 7]);
    ring.write(5, [5]);
    expect(ring.at(0, 1_000_000)).toBe(7);
  });
});

describe('rows for a picture', () => {
  it('lose no spike and no event', () => {
    const day = new Int32Array(86_400);
    day[43_210] = 99;
    const { greatest, sum } = decimate(day, 0, day.length, 700);
    expect(Math.max(...greatest)).toBe(99);
    expect(sum.reduce((all, one) => all + one, 0)).toBe(99);
  });

  it('have a gap where none was measured', () => {
    const { greatest } = decimate([5, -1, 7], 0, 3, 6);
    expect([...greatest]).toEqual([5, 5, -1, -1, 7, 7]);
  });

  it('cover what is shown, also beyond their ends', () => {
    const { greatest } = decimate([5], -1, 2, 3);
    expect([...greatest]).toEqual([-1, 5, -1]);
  });

  it('are as many as the chart has pixels, twice at most', () => {
    const lines = [{ values: new Int32Array(86_400).fill(3), draw: 'area' }];
    const shown = { from: 0, to: 86_400 };
    const [times = []] = drawnColumns({ startSecond: 0, stepSeconds: 1, shown, lines }, 800);
    expect(times.length).toBe(1600);
    expect(times[0]).toBe(0);
    expect(times.at(-1)).toBeLessThan(86_400);
  });

  it('are added up where they are stacked, from the last to the first', () => {
    const lines = [
      { values: [1, -1], draw: 'area' },
      { values: [10, 20], draw: 'area' },
    ];
    const drawn = drawnColumns(
      { startSecond: 0, stepSeconds: 1, shown: { from: 0, to: 2 }, stacked: true, lines },
      100,
    );
    expect(drawn.slice(1)).toEqual([
      [11, 20],
      [10, 20],
    ]);
  });
});
