/**
 * How late the kernel's timers fire. Since 4.8 a timer goes into a bucket of the timer wheel (kernel/time/timer.c, calc_wheel_index()):
 * never early, and late by at most one bucket of its level. A timer that is armed again adds its own lateness each time.
 */
import { atLeast, type KernelVersion, newestKernel } from './kernel-version.ts';

/** A point in time after the model's start, ms. */
export interface Moment {
  /** When every timer fires as asked. */
  readonly atMs: number;
  /** When every timer so far was as late as its wheel level allows. */
  readonly latestMs: number;
}

export interface TimerClock {
  /** CONFIG_HZ: jiffies a second. */
  readonly hz: number;
  readonly kernel: KernelVersion;
}

export const defaultHz = 250;
export const defaultClock: TimerClock = { hz: defaultHz, kernel: newestKernel };

export const startMoment: Moment = { atMs: 0, latestMs: 0 };

// kernel/time/timer.c
const LVL_CLK_SHIFT = 3;
const LVL_BITS = 6;
const LVL_SIZE = 2 ** LVL_BITS;
/** First delay, in jiffies, that goes into level n: LVL_START(n). */
const levelStart = (level: number): number => (LVL_SIZE - 1) * 2 ** ((level - 1) * LVL_CLK_SHIFT);
/** LVL_DEPTH: how many levels there are. */
const levelDepth = (hz: number): number => (hz > 100 ? 9 : 8);

/** Whole jiffies that a delay is rounded up to (msecs_to_jiffies()), in ms. */
export function jiffiesMs(delayMs: number, hz: number = defaultHz): number {
  const jiffies = Math.ceil((delayMs * hz) / 1000 - 1e-9);
  return (Math.max(0, jiffies) * 1000) / hz;
}

/** Whether a time has been reached; sums of ticks that are no whole ms may lie a hair below it. */
export function isReached(atMs: number, limitMs: number): boolean {
  return atMs >= limitMs - 1e-6;
}

/** By how many ms at most a timer of `delayMs` is late. */
export function timerLatenessMs(delayMs: number, clock: TimerClock = defaultClock): number {
  const jiffyMs = 1000 / clock.hz;
  const jiffies = jiffiesMs(delayMs, clock.hz) / jiffyMs;
  if (!atLeast(clock.kernel, '4.8')) return (1 + (jiffies < 256 ? 0 : Math.floor(jiffies / 256))) * jiffyMs;
  let level = 0;
  while (level < levelDepth(clock.hz) - 1 && jiffies >= levelStart(level + 1)) level++;
  return 2 ** (level * LVL_CLK_SHIFT) * jiffyMs;
}

/** When a timer of `delayMs` fires that is armed at `from`. */
export function timerAfter(from: Moment, delayMs: number, clock: TimerClock = defaultClock): Moment {
  const askedMs = jiffiesMs(delayMs, clock.hz);
  return {
    atMs: from.atMs + askedMs,
    latestMs: from.latestMs + askedMs + timerLatenessMs(delayMs, clock),
  };
}

/** The same timer, armed again each time it fires, after `times` times. */
export function timerRepeated(
  from: Moment,
  delayMs: number,
  times: number,
  clock: TimerClock = defaultClock,
): Moment {
  const askedMs = jiffiesMs(delayMs, clock.hz);
  return {
    atMs: from.atMs + times * askedMs,
    latestMs: from.latestMs + times * (askedMs + timerLatenessMs(delayMs, clock)),
  };
}

/** `delayMs` later without a timer: a packet's way. */
export function laterBy(from: Moment, delayMs: number): Moment {
  return { atMs: from.atMs + delayMs, latestMs: from.latestMs + delayMs };
}

/** Ends that lie apart, in time order; those that touch are one. */
export function mergeMoments(moments: readonly Moment[]): readonly Moment[] {
  const merged: Moment[] = [];
  for (const moment of [...moments].sort((a, b) => a.atMs - b.atMs)) {
    const before = merged.at(-1);
    if (before && moment.atMs <= before.latestMs) {
      merged[merged.length - 1] = {
        atMs: before.atMs,
        latestMs: Math.max(before.latestMs, moment.latestMs),
      };
    } else merged.push(moment);
  }
  return merged;
}
