/** Timelines that go on in equal steps for very long: only the beginning is listed, the rest is counted. */
import { formatCount } from '../../base/units.ts';
import { jiffiesMs, type Moment, type TimerClock, timerRepeated } from './timer-wheel.ts';

/** How many sendings a timeline lists. */
export const MOST_LISTED = 200;

export interface Leap {
  /** Steps left out of the list. */
  readonly steps: number;
  readonly expiry: Moment;
}

/**
 * From `expiry` on in steps of `gapMs`, to the last one that is still before `limitMs`; both times are compared as `since(expiry)`, the
 * time on the limit's own clock.
 */
export function leapToLimit(
  expiry: Moment,
  gapMs: number,
  since: Moment,
  limitMs: number,
  clock: TimerClock,
): Leap {
  const steps = Math.max(0, Math.ceil((limitMs - since.atMs) / jiffiesMs(gapMs, clock.hz) - 1e-9) - 1);
  return { steps, expiry: timerRepeated(expiry, gapMs, steps, clock) };
}

/** For `because`. */
export function unlistedNote(unlisted: number): readonly string[] {
  return unlisted === 0 ? [] : [`${formatCount(unlisted)} more in equal steps are not listed.`];
}
