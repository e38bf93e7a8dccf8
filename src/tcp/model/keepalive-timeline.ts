import { type KernelVersion, newestKernel } from './kernel-version.ts';
import { leapToLimit, MOST_LISTED } from './long-row.ts';
import { defaultHz, isReached, type Moment, mergeMoments, startMoment, timerAfter } from './timer-wheel.ts';

export interface KeepaliveInputs {
  /** TCP_KEEPIDLE or tcp_keepalive_time. */
  readonly idleMs: number;
  /** TCP_KEEPINTVL or tcp_keepalive_intvl. */
  readonly intervalMs: number;
  /** TCP_KEEPCNT or tcp_keepalive_probes. */
  readonly probes: number;
  /** TCP_USER_TIMEOUT; 0: not set. */
  readonly userTimeoutMs?: number;
  /** Of the answers, for `answeredProbes`; default 0. */
  readonly rttMs?: number;
  readonly kernel?: KernelVersion;
  readonly hz?: number;
}

export interface KeepaliveTimeline {
  readonly probes: readonly Moment[];
  /** Probes that are counted and not listed. */
  readonly unlisted: number;
  readonly end: Moment;
  /** Where late timers can cross the user timeout one probe earlier. */
  readonly earlierEnds: readonly Moment[];
}

/**
 * Probes of an idle connection whose peer is silent, after the last word from it (tcp_keepalive_timer()). At each expiry: the end when
 * `probes` are out, or, with TCP_USER_TIMEOUT, when one is out and the silence has lasted that long (the number of probes does not
 * count then); else one more probe.
 */
export function keepaliveTimeline(inputs: KeepaliveInputs): KeepaliveTimeline {
  const clock = { kernel: inputs.kernel ?? newestKernel, hz: inputs.hz ?? defaultHz };
  const userTimeoutMs = inputs.userTimeoutMs ?? 0;
  const probes: Moment[] = [];
  const earlierEnds: Moment[] = [];
  let unlisted = 0;
  let expiry = timerAfter(startMoment, inputs.idleMs, clock);
  for (;;) {
    const isOver =
      userTimeoutMs > 0
        ? isReached(expiry.atMs, userTimeoutMs) && probes.length > 0
        : probes.length + unlisted >= inputs.probes;
    if (isOver) return { probes, unlisted, end: expiry, earlierEnds: mergeMoments(earlierEnds) };
    if (userTimeoutMs > 0 && probes.length > 0 && isReached(expiry.latestMs, userTimeoutMs)) {
      earlierEnds.push({ atMs: userTimeoutMs, latestMs: expiry.latestMs });
    }
    if (probes.length < MOST_LISTED) probes.push(expiry);
    else if (userTimeoutMs === 0) unlisted++;
    else {
      const leap = leapToLimit(expiry, inputs.intervalMs, expiry, userTimeoutMs, clock);
      unlisted += leap.steps + 1;
      expiry = leap.expiry;
      if (isReached(expiry.latestMs, userTimeoutMs))
        earlierEnds.push({ atMs: userTimeoutMs, latestMs: expiry.latestMs });
    }
    expiry = timerAfter(expiry, inputs.intervalMs, clock);
  }
}

/**
 * Probes to a peer that answers. The timer runs for the interval after a probe and then for what is left of the idle time, which counts
 * from the answer (keepalive_time_elapsed()): so the period is the longer of interval and idle time + round trip.
 */
export function answeredProbes(inputs: KeepaliveInputs, count: number): readonly Moment[] {
  const clock = { kernel: inputs.kernel ?? newestKernel, hz: inputs.hz ?? defaultHz };
  const probes = [timerAfter(startMoment, inputs.idleMs, clock)];
  while (probes.length < count) {
    const last = probes.at(-1) ?? startMoment;
    const asked = timerAfter(last, inputs.intervalMs, clock);
    const restMs = inputs.idleMs + (inputs.rttMs ?? 0) - inputs.intervalMs;
    probes.push(restMs > 0 ? timerAfter(asked, restMs, clock) : asked);
  }
  return probes;
}

/** The end seen from the middle: ms from now with `probesOut` unanswered and `timerMs` left on the timer. */
export function keepaliveEndsAfterMs(now: {
  readonly timerMs: number;
  readonly probesOut: number;
  readonly probes: number;
  readonly intervalMs: number;
}): number {
  return now.timerMs + Math.max(0, now.probes - now.probesOut) * now.intervalMs;
}
