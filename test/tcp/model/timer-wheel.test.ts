import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newestKernel } from '../../../src/tcp/model/kernel-version.ts';
import {
  jiffiesMs,
  mergeMoments,
  startMoment,
  timerAfter,
  timerLatenessMs,
} from '../../../src/tcp/model/timer-wheel.ts';

const at = (hz: number) => ({ hz, kernel: newestKernel });

describe('the timer wheel', () => {
  // The table in the comment of kernel/time/timer.c: first delay of each level, granularity.
  it.each([
    [1000, 10, 1],
    [1000, 64, 8],
    [1000, 512, 64],
    [1000, 4096, 512],
    [1000, 32_768, 4096],
    [1000, 262_144, 32_768],
    [300, 100, 10 / 3],
    [300, 213.4, 26.67],
    [300, 1707, 213.3],
    [300, 13_654, 1706.7],
    [250, 200, 4],
    [250, 256, 32],
    [250, 2048, 256],
    [250, 16_384, 2048],
    [250, 131_072, 16_384],
    [250, 1_048_576, 131_072],
    [250, 8_388_608, 1_048_576],
    [100, 600, 10],
    [100, 640, 80],
    [100, 5120, 640],
    [100, 40_960, 5120],
    [100, 2_621_440, 327_680],
  ])('HZ=%i: a timer of %f ms is at most %f ms late', (hz, delayMs, lateMs) => {
    expect(timerLatenessMs(delayMs, at(hz))).toBeCloseTo(lateMs, 0);
  });

  it('delays up to 2.016 s at HZ=250 stay in the level of 32 ms, those of 2.016 s and more do not', () => {
    expect(timerLatenessMs(2012)).toBe(32);
    expect(timerLatenessMs(2016)).toBe(256);
  });

  it('before 4.8 timers were merged within 1/256 of their delay', () => {
    const old = { hz: 250, kernel: { major: 4, minor: 4 } };
    expect(timerLatenessMs(200, old)).toBe(4);
    expect(timerLatenessMs(32_000, old)).toBe(4 + 31 * 4);
  });

  it('rounds a delay up to whole ticks, and not more', () => {
    expect(jiffiesMs(200.01)).toBe(204);
    expect(jiffiesMs(200)).toBe(200);
    expect(jiffiesMs(0)).toBe(0);
    expect(jiffiesMs(1000, 300)).toBeCloseTo(1000, 9);
    expect(jiffiesMs(1, 100)).toBe(10);
  });

  it('is late by at most an eighth of the delay, or one tick, plus a tick', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(100, 250, 300, 1000),
        fc.integer({ min: 1, max: 7_200_000 }),
        (hz, delayMs) => {
          const late = timerLatenessMs(delayMs, at(hz));
          const tickMs = 1000 / hz;
          expect(late).toBeGreaterThan(0);
          expect(late).toBeLessThanOrEqual(Math.max(tickMs, (delayMs + tickMs) / 7.8) + tickMs);
        },
      ),
    );
  });

  it('every timer adds its own lateness', () => {
    const second = timerAfter(timerAfter(startMoment, 1000), 4000);
    expect(second).toEqual({ atMs: 5000, latestMs: 5000 + 32 + 256 });
  });
});

describe('mergeMoments', () => {
  it('joins what overlaps and keeps what lies apart, in order', () => {
    const merged = mergeMoments([
      { atMs: 50, latestMs: 60 },
      { atMs: 0, latestMs: 10 },
      { atMs: 5, latestMs: 7 },
      { atMs: 9, latestMs: 12 },
    ]);
    expect(merged).toEqual([
      { atMs: 0, latestMs: 12 },
      { atMs: 50, latestMs: 60 },
    ]);
  });
});
