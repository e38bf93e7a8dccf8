import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backlogFor, needWhileFull, queueNeed } from '../../../src/tcp/model/queue-need.ts';

describe('queueNeed', () => {
  it('of one burst is (arrivals/s - accepts/s) × its length', () => {
    // 1,000/s for half a second against 400/s: 500 came, 200 were served.
    const need = queueNeed([...Array(10).fill(50), ...Array(20).fill(0)], 50, 400);
    expect(need).toEqual({ connections: 300, burst: { connections: 500, ms: 500 }, servedPerSecond: 400 });
  });

  it('takes what comes within one span as coming at once', () => {
    expect(queueNeed([0, 40, 0], 50, 4000)?.connections).toBe(40);
  });

  it('begins anew when the queue was empty', () => {
    expect(queueNeed([30, 0, 0, 0, 80, 0], 50, 400)?.burst).toEqual({ connections: 80, ms: 50 });
  });

  it('is not known where nobody serves, and nothing where nothing comes', () => {
    expect(queueNeed([10], 50, 0)).toBeUndefined();
    expect(queueNeed([0, 0], 50, 10)).toBeUndefined();
  });

  it('is never more than all that came, and never less than what the busiest span left over', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(200), { minLength: 1 }),
        fc.integer({ min: 1, max: 5000 }),
        (bins, pace) => {
          const need = queueNeed(bins, 50, pace)?.connections ?? 0;
          const total = bins.reduce((sum, count) => sum + count, 0);
          expect(need).toBeLessThanOrEqual(total);
          expect(need).toBeGreaterThanOrEqual(Math.floor(Math.max(...bins) - pace / 20));
        },
      ),
    );
  });
});

describe('needWhileFull', () => {
  it('of a steady stream is the queue and what came while it was full', () => {
    // 1,000/s for two seconds; 50 places fill in 50 ms, then nothing fits for 200 ms.
    expect(needWhileFull(Array(40).fill(50), 50, { fullMs: 200, places: 50 })).toEqual({
      connections: 250,
      came: 200,
      fullMs: 200,
    });
  });

  it('counts nobody twice where all come at once', () => {
    expect(needWhileFull([0, 0, 400, 0, 0], 50, { fullMs: 80, places: 100 })).toMatchObject({
      connections: 400,
    });
  });

  it('takes a part of a span for a part of what came in it', () => {
    expect(needWhileFull([20, 100, 100, 20], 50, { fullMs: 25, places: 10 })).toMatchObject({ came: 50 });
    expect(needWhileFull([20, 100, 100, 40], 50, { fullMs: 125, places: 10 })).toMatchObject({ came: 220 });
  });

  it('is never more than all that came', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(200)),
        fc.nat(3000),
        fc.integer({ min: 1, max: 500 }),
        (bins, fullMs, places) => {
          const { connections, came } = needWhileFull(bins, 50, { fullMs, places });
          expect(Math.max(connections, came)).toBeLessThanOrEqual(
            bins.reduce((sum, count) => sum + count, 0),
          );
        },
      ),
    );
  });
});

describe('backlogFor', () => {
  it.each([
    [1, 128],
    [128, 128],
    [129, 256],
    [70_000, 65_535],
  ])('%i connections: %i', (connections, backlog) => expect(backlogFor(connections)).toBe(backlog));
});
