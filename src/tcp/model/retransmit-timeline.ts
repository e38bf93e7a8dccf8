import { atLeast, type KernelVersion, newestKernel } from './kernel-version.ts';
import { leapToLimit, MOST_LISTED } from './long-row.ts';
import { modelTimeoutMs, RTO_MAX_MS, RTO_MIN_MS } from './retransmission-limit.ts';
import {
  defaultHz,
  isReached,
  jiffiesMs,
  type Moment,
  mergeMoments,
  startMoment,
  type TimerClock,
  timerAfter,
  timerLatenessMs,
} from './timer-wheel.ts';

export interface RetransmitInputs {
  /** net.ipv4.tcp_retries2, or the orphan's retries. */
  readonly retries: number;
  /** The connection's RTO before any back-off (`ss -ti` rto:); see rtoMsOf(). */
  readonly rtoMs: number;
  readonly rtoMaxMs?: number;
  /** TCP_USER_TIMEOUT; 0: not set. */
  readonly userTimeoutMs?: number;
  /** Whether the first resend is a tail loss probe (tcp_early_retrans 3 or 4, SACK): it does not count as a timeout. */
  readonly tailLossProbe?: boolean;
  /** ICMP net- or host-unreachable answers every resend: the back-off is undone each time (RFC 6069, tcp_ld_RTO_revert()). */
  readonly backoffReverted?: boolean;
  /** As in rtoMsOf(): the tail loss probe may come before one RTO then. */
  readonly oneRttSample?: boolean;
  readonly kernel?: KernelVersion;
  readonly hz?: number;
}

export interface RetransmitTimeline {
  /** The first sending, the tail loss probe if any, and the resends of timeouts. */
  readonly sends: readonly (Moment & { readonly kind: 'first' | 'tail-loss-probe' | 'resend' })[];
  /** Resends that are counted and not listed. */
  readonly unlisted: number;
  readonly end: Moment;
  /** Ends that late timers lead to instead, by crossing the limit one resend earlier. */
  readonly earlierEnds: readonly Moment[];
  readonly decidedBy: 'retries' | 'user-timeout';
  /** tcp_model_timeout() or the user timeout: what the time since the first timeout's resend is compared with. */
  readonly limitMs: number;
}

/**
 * When data that nobody acknowledges is sent again, and when the connection is given up (tcp_retransmit_timer(), tcp_write_timeout()).
 * With f0 the first resend of a timeout (retrans_stamp), it ends at the first later expiry with f_n - f0 >= tcp_model_timeout(retries),
 * which counts in 200 ms whatever the RTO is: so the end jumps by a factor of two with a few ms of RTO.
 */
export function retransmitTimeline(inputs: RetransmitInputs): RetransmitTimeline {
  const kernel = inputs.kernel ?? newestKernel;
  const clock: TimerClock = { kernel, hz: inputs.hz ?? defaultHz };
  const rtoMaxMs = atLeast(kernel, '6.15') ? (inputs.rtoMaxMs ?? RTO_MAX_MS) : RTO_MAX_MS;
  const userTimeoutMs = inputs.userTimeoutMs ?? 0;
  const limitMs = userTimeoutMs || modelTimeoutMs(inputs.retries, RTO_MIN_MS, rtoMaxMs);
  const sends: (Moment & { kind: 'first' | 'tail-loss-probe' | 'resend' })[] = [
    { ...startMoment, kind: 'first' },
  ];
  const earlierEnds: Moment[] = [];
  let rtoMs = Math.min(rtoMaxMs, jiffiesMs(inputs.rtoMs, clock.hz));
  let expiry = timerAfter(startMoment, rtoMs, clock);
  if (inputs.tailLossProbe ?? true) {
    if (inputs.oneRttSample) expiry = timerAfter(startMoment, tailLossProbeMs(rtoMs), clock);
    sends.push({ ...expiry, kind: 'tail-loss-probe' });
    expiry = timerAfter(expiry, rtoMs, clock);
  }
  const first = expiry;
  let unlisted = 0;
  for (let resends = 0; ; resends++) {
    const sinceFirst = elapsedBetween(first, expiry);
    if (resends >= 1 && isReached(sinceFirst.atMs, limitMs)) {
      return {
        sends,
        unlisted,
        end: expiry,
        earlierEnds: mergeMoments(earlierEnds),
        decidedBy: userTimeoutMs > 0 ? 'user-timeout' : 'retries',
        limitMs,
      };
    }
    if (resends >= 1 && isReached(sinceFirst.latestMs, limitMs)) {
      earlierEnds.push({ atMs: first.atMs + limitMs, latestMs: expiry.latestMs });
    }
    if (sends.length < MOST_LISTED) sends.push({ ...expiry, kind: 'resend' });
    else {
      // By now the timeout has stopped growing.
      const leap = leapToLimit(expiry, rtoMs, sinceFirst, limitMs, clock);
      unlisted += leap.steps + 1;
      expiry = leap.expiry;
      if (isReached(elapsedBetween(first, expiry).latestMs, limitMs)) {
        earlierEnds.push({ atMs: first.atMs + limitMs, latestMs: expiry.latestMs });
      }
    }
    if (!inputs.backoffReverted) rtoMs = Math.min(rtoMs * 2, rtoMaxMs);
    expiry = nextExpiry(first, expiry, rtoMs, userTimeoutMs, clock);
  }
}

/** Only what was late after f0 counts for the limit: f0 itself starts the measurement. */
function elapsedBetween(first: Moment, expiry: Moment): Moment {
  return {
    atMs: expiry.atMs - first.atMs,
    latestMs: expiry.latestMs - first.latestMs,
  };
}

/** Since 4.19 the timer never goes beyond the user timeout (tcp_clamp_rto_to_user_timeout(), b701a99e431d). */
function nextExpiry(
  first: Moment,
  from: Moment,
  rtoMs: number,
  userTimeoutMs: number,
  clock: TimerClock,
): Moment {
  const remainingMs = first.atMs + userTimeoutMs - from.atMs;
  if (userTimeoutMs === 0 || remainingMs > rtoMs || !atLeast(clock.kernel, '4.19')) {
    return timerAfter(from, rtoMs, clock);
  }
  const askedMs = Math.max(jiffiesMs(remainingMs, clock.hz), 1000 / clock.hz);
  return {
    atMs: from.atMs + askedMs,
    // What was late since f0 shortens the rest; f0's own lateness stays.
    latestMs: Math.max(
      first.latestMs + (from.atMs - first.atMs) + askedMs + timerLatenessMs(remainingMs, clock),
      from.latestMs + 1000 / clock.hz,
    ),
  };
}

/** tcp_schedule_loss_probe(): two round trips + 200 ms with one segment in flight, at most one RTO; here of an RTO of three round trips. */
function tailLossProbeMs(rtoMs: number): number {
  return Math.min(rtoMs, (rtoMs / 3) * 2 + RTO_MIN_MS);
}

/**
 * The RTO that follows from a steady round-trip time: srtt + max(rttvar, tcp_rto_min), in whole jiffies (tcp_rtt_estimator(),
 * __tcp_set_rto(); RFC 6298 section 2 with a minimum of 200 ms for the variance instead of 1 s for the sum). What is measured is always
 * a little more than what the link adds: on a veth pair the RTO is one jiffy above the minimum. With one sample, that of the handshake,
 * the variance counts as two round trips (section 2.2), so that the RTO is at least three.
 */
export function rtoMsOf(inputs: {
  readonly rttMs: number;
  readonly oneRttSample?: boolean;
  readonly rtoMinMs?: number;
  readonly rtoMaxMs?: number;
  readonly hz?: number;
}): number {
  const aLittleMoreMs = 0.01;
  const varianceMs = inputs.oneRttSample ? 2 * inputs.rttMs : 0;
  const rtoMs = inputs.rttMs + aLittleMoreMs + Math.max(inputs.rtoMinMs ?? RTO_MIN_MS, varianceMs);
  return Math.min(jiffiesMs(rtoMs, inputs.hz ?? defaultHz), inputs.rtoMaxMs ?? RTO_MAX_MS);
}

/**
 * The same end seen from the middle: ms from now for a connection with an RTO of `rtoMs` before any back-off, `timeouts` of which have
 * passed, and whose timer has `timerMs` left.
 */
export function retransmissionEndsAfterMs(now: {
  readonly rtoMs: number;
  readonly timeouts: number;
  readonly timerMs: number;
  readonly retries: number;
}): number {
  const interval = (n: number): number => Math.min(Math.max(now.rtoMs, 1) * 2 ** n, RTO_MAX_MS);
  const limitMs = modelTimeoutMs(now.retries);
  let sinceFirstMs = 0;
  for (let n = 1; n <= now.timeouts; n++) sinceFirstMs += interval(n);
  let leftMs = now.timerMs;
  for (let n = now.timeouts + 1; sinceFirstMs < limitMs; n++) {
    sinceFirstMs += interval(n);
    leftMs += interval(n);
  }
  return leftMs;
}
