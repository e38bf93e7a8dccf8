import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backlogFor, queueNeed } from '../../../src/tcp/model/queue-need.ts';

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

describe('backlogFor', () => {
  it.each([
    [1, 128],
    [128, 128],
    [129, 256],
    [70_000, 65_535],
  ])('%i connections: %i', (connections, backlog) => expect(backlogFor(connections)).toBe(backlog));
});
