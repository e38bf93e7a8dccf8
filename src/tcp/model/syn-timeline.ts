import { atLeast, type KernelVersion, newestKernel } from './kernel-version.ts';
import { INITIAL_RTO_MS, modelTimeoutMs, RTO_MAX_MS } from './retransmission-limit.ts';
import {
  defaultHz,
  isReached,
  type Moment,
  mergeMoments,
  startMoment,
  type TimerClock,
  timerAfter,
  timerLatenessMs,
} from './timer-wheel.ts';

export interface SynTimelineInputs {
  /** net.ipv4.tcp_syn_retries. */
  readonly synRetries: number;
  /** net.ipv4.tcp_syn_linear_timeouts; kernels before 6.5 have none. */
  readonly linearTimeouts: number;
  /** TCP_SYNCNT; 0: not set. Takes the place of tcp_syn_retries only. */
  readonly synCount?: number;
  /** TCP_USER_TIMEOUT; 0: not set. */
  readonly userTimeoutMs?: number;
  /** net.ipv4.tcp_rto_max_ms or TCP_RTO_MAX_MS; fixed before 6.15. */
  readonly rtoMaxMs?: number;
  readonly kernel?: KernelVersion;
  readonly hz?: number;
}

export interface SynTimeline {
  /** When each SYN is sent; the first is the connect() itself. */
  readonly syns: readonly Moment[];
  /** When connect() fails with ETIMEDOUT. */
  readonly end: Moment;
  /** Where late timers can cross the time limit earlier: when it would end then. */
  readonly earlierEnds: readonly Moment[];
  readonly decidedBy: 'retries' | 'elapsed' | 'user-timeout';
  /** What the time since the first SYN is compared with; infinite where only resends count. */
  readonly limitMs: number;
}

/** How a kernel treats TCP_USER_TIMEOUT in SYN_SENT. */
type UserTimeoutRule = 'ignored' | 'hurried' | 'exact';

/**
 * When an unanswered connect() sends its SYNs and gives up (tcp_retransmit_timer(), tcp_write_timeout()). After the k-th resend the next
 * timeout is 1 s as long as k <= tcp_syn_linear_timeouts and doubles then. At each expiry with k resends done it gives up when
 * k >= retries + linear timeouts, or when k >= 1 and the time since the first SYN reaches TCP_USER_TIMEOUT or, without that,
 * tcp_model_timeout(retries): 2^(retries+1) - 1 s.
 */
export function synTimeline(inputs: SynTimelineInputs): SynTimeline {
  const { retries, linear, rtoMaxMs, userTimeoutMs, userTimeoutRule, clock } = rulesFor(inputs);
  const limitMs =
    userTimeoutMs === 0
      ? modelTimeoutMs(retries, INITIAL_RTO_MS, rtoMaxMs)
      : userTimeoutRule === 'exact'
        ? userTimeoutMs
        : Number.POSITIVE_INFINITY;
  const syns: Moment[] = [startMoment];
  const earlierEnds: Moment[] = [];
  let expiry = timerAfter(startMoment, INITIAL_RTO_MS, clock);
  const endedBy = (decidedBy: SynTimeline['decidedBy']): SynTimeline => ({
    syns,
    end: expiry,
    earlierEnds: mergeMoments(earlierEnds),
    decidedBy,
    limitMs,
  });
  for (let resends = 0; ; resends++) {
    if (resends >= retries + linear) return endedBy('retries');
    if (resends >= 1 && isReached(expiry.atMs, limitMs)) {
      return endedBy(userTimeoutMs > 0 ? 'user-timeout' : 'elapsed');
    }
    if (resends >= 1 && isReached(expiry.latestMs, limitMs)) {
      earlierEnds.push({ atMs: limitMs, latestMs: expiry.latestMs });
    }
    syns.push(expiry);
    const rtoMs = synGapMs(resends + 1, linear, rtoMaxMs);
    expiry = nextExpiry(expiry, rtoMs, userTimeoutMs, clock);
  }
}

/** The timeout that follows the k-th resend (k = 0: the first SYN), ms. */
export function synGapMs(resends: number, linearTimeouts: number, rtoMaxMs: number = RTO_MAX_MS): number {
  return resends <= linearTimeouts
    ? INITIAL_RTO_MS
    : Math.min(rtoMaxMs, INITIAL_RTO_MS * 2 ** Math.min(30, resends - linearTimeouts));
}

/** tcp_clamp_rto_to_user_timeout(): never beyond the user timeout, and one jiffy when that has passed. */
function nextExpiry(from: Moment, rtoMs: number, userTimeoutMs: number, clock: TimerClock): Moment {
  const remainingMs = userTimeoutMs - from.atMs;
  if (userTimeoutMs === 0 || remainingMs > rtoMs) return timerAfter(from, rtoMs, clock);
  if (isReached(0, remainingMs)) return timerAfter(from, 1000 / clock.hz, clock);
  // A late start shortens the rest: the target stays, only the last timer's own lateness counts.
  const onTime = timerAfter({ atMs: from.atMs, latestMs: from.atMs }, remainingMs, clock);
  const hurriedMs = from.latestMs + 1000 / clock.hz + timerLatenessMs(1000 / clock.hz, clock);
  return { atMs: onTime.atMs, latestMs: Math.max(onTime.latestMs, hurriedMs) };
}

function rulesFor(inputs: SynTimelineInputs) {
  const kernel = inputs.kernel ?? newestKernel;
  const userTimeoutRule = userTimeoutRuleOf(kernel);
  return {
    retries: inputs.synCount || inputs.synRetries,
    linear: atLeast(kernel, '6.5') ? inputs.linearTimeouts : 0,
    rtoMaxMs: atLeast(kernel, '6.15') ? (inputs.rtoMaxMs ?? RTO_MAX_MS) : RTO_MAX_MS,
    userTimeoutMs: userTimeoutRule === 'ignored' ? 0 : (inputs.userTimeoutMs ?? 0),
    userTimeoutRule,
    clock: { kernel, hz: inputs.hz ?? defaultHz },
  };
}

/**
 * Exact since 5.4 (a41e8a88b06e). From 4.19 (b701a99e431d) the timer was shortened but the end not tested, so that the remaining SYNs
 * followed each other at one jiffy; before, SYN_SENT did not look at it.
 */
function userTimeoutRuleOf(kernel: KernelVersion): UserTimeoutRule {
  if (atLeast(kernel, '5.4')) return 'exact';
  return atLeast(kernel, '4.19') ? 'hurried' : 'ignored';
}
