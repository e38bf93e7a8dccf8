import { atLeast, type KernelVersion, newestKernel } from './kernel-version.ts';
import { leapToLimit, MOST_LISTED } from './long-row.ts';
import { RTO_MAX_MS, RTO_MIN_MS } from './retransmission-limit.ts';
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

export interface WindowProbeInputs {
  /** net.ipv4.tcp_retries2: caps the back-off, and ends a row of unanswered probes. */
  readonly retries: number;
  readonly rtoMs: number;
  readonly rtoMaxMs?: number;
  /** TCP_USER_TIMEOUT; 0: not set. */
  readonly userTimeoutMs?: number;
  /** From when on, after the window closed, the peer does not answer any more; null: it stays alive, with its window shut. */
  readonly silentFromMs: number | null;
  /** How many probes to list when it lasts for ever. */
  readonly shown?: number;
  readonly kernel?: KernelVersion;
  readonly hz?: number;
}

export interface WindowProbe extends Moment {
  readonly answered: boolean;
}

export interface WindowProbeTimeline {
  readonly probes: readonly WindowProbe[];
  /** Probes that are counted and not listed. */
  readonly unlisted: number;
  /** null: it lasts as long as the peer answers. */
  readonly end: Moment | null;
  readonly earlierEnds: readonly Moment[];
  readonly decidedBy: 'retries' | 'user-timeout' | null;
}

/** tcp_invalid_ratelimit: a probe is out of the window, and its receiver answers one in 500 ms (tcp_oow_rate_limited()). */
const ANSWERED_ONCE_IN_MS = 500;
const SHOWN = 6;

/**
 * Probes after a window closed with nothing in flight (tcp_probe_timer(), tcp_send_probe0(), tcp_probe0_when()). The first after max(RTO,
 * 200 ms), then doubling, as often as tcp_retries2 says and up to the longest RTO. It ends at an expiry with tcp_retries2 probes
 * unanswered in a row; as even a live peer leaves every second quick probe unanswered, a tcp_retries2 of 0 or 1 ends live connections.
 * TCP_USER_TIMEOUT counts from the first expiry, whether the peer answers or not.
 */
export function windowProbeTimeline(inputs: WindowProbeInputs): WindowProbeTimeline {
  const kernel = inputs.kernel ?? newestKernel;
  const clock: TimerClock = { kernel, hz: inputs.hz ?? defaultHz };
  const rtoMaxMs = atLeast(kernel, '6.15') ? (inputs.rtoMaxMs ?? RTO_MAX_MS) : RTO_MAX_MS;
  const baseMs = jiffiesMs(Math.max(inputs.rtoMs, RTO_MIN_MS), clock.hz);
  const userTimeoutMs = inputs.userTimeoutMs ?? 0;
  const probes: WindowProbe[] = [];
  const earlierEnds: Moment[] = [];
  const first = timerAfter(startMoment, baseMs, clock);
  let expiry = first;
  let unanswered = 0;
  let unlisted = 0;
  let lastAnswerMs = Number.NEGATIVE_INFINITY;
  const endedBy = (decidedBy: 'retries' | 'user-timeout'): WindowProbeTimeline => ({
    probes,
    unlisted,
    end: expiry,
    earlierEnds: mergeMoments(earlierEnds),
    decidedBy,
  });
  for (;;) {
    if (userTimeoutMs > 0 && probes.length > 0) {
      if (isReached(expiry.atMs - first.atMs, userTimeoutMs)) return endedBy('user-timeout');
      if (isReached(expiry.latestMs - first.latestMs, userTimeoutMs)) {
        earlierEnds.push({ atMs: first.atMs + userTimeoutMs, latestMs: expiry.latestMs });
      }
    }
    if (unanswered >= inputs.retries) return endedBy('retries');
    const isAlive = inputs.silentFromMs === null || expiry.atMs < inputs.silentFromMs;
    const answered = isAlive && expiry.atMs - lastAnswerMs >= ANSWERED_ONCE_IN_MS;
    if (answered) lastAnswerMs = expiry.atMs;
    unanswered = answered ? 0 : unanswered + 1;
    if (probes.length < MOST_LISTED) probes.push({ ...expiry, answered });
    else unlisted++;
    const livesOn = inputs.silentFromMs === null && userTimeoutMs === 0;
    if (livesOn && probes.length >= (inputs.shown ?? SHOWN)) {
      return { probes, unlisted, end: null, earlierEnds: [], decidedBy: null };
    }
    const backoff = Math.min(probes.length, inputs.retries, 30);
    const whenMs = Math.min(baseMs * 2 ** backoff, rtoMaxMs);
    if (probes.length >= MOST_LISTED) {
      const limitMs = nextChangeMs(inputs, first, unanswered, expiry, whenMs);
      const leap = leapToLimit(expiry, whenMs, expiry, limitMs, clock);
      unlisted += leap.steps;
      unanswered += isAlive ? 0 : leap.steps;
      expiry = leap.expiry;
    }
    expiry = nextExpiry(first, expiry, whenMs, userTimeoutMs, clock);
  }
}

/** Until when probes go on as they do, ms: the user timeout, the peer's silence, or enough of that. */
function nextChangeMs(
  inputs: WindowProbeInputs,
  first: Moment,
  unanswered: number,
  expiry: Moment,
  whenMs: number,
): number {
  const byUserTimeout = inputs.userTimeoutMs ? first.atMs + inputs.userTimeoutMs : Number.POSITIVE_INFINITY;
  const silentFromMs = inputs.silentFromMs ?? Number.POSITIVE_INFINITY;
  const bySilence =
    expiry.atMs < silentFromMs ? silentFromMs : expiry.atMs + (inputs.retries - unanswered) * whenMs;
  return Math.min(byUserTimeout, bySilence);
}

/** tcp_clamp_probe0_to_user_timeout(), since 5.11: not beyond the user timeout, and two jiffies at least. */
function nextExpiry(
  first: Moment,
  from: Moment,
  whenMs: number,
  userTimeoutMs: number,
  clock: TimerClock,
): Moment {
  const remainingMs = Math.max(first.atMs + userTimeoutMs - from.atMs, 2000 / clock.hz);
  if (userTimeoutMs === 0 || remainingMs > whenMs || !atLeast(clock.kernel, '5.11')) {
    return timerAfter(from, whenMs, clock);
  }
  const askedMs = jiffiesMs(remainingMs, clock.hz);
  const onTargetMs =
    first.latestMs + (from.atMs - first.atMs) + askedMs + timerLatenessMs(remainingMs, clock);
  return {
    atMs: from.atMs + askedMs,
    latestMs: Math.max(onTargetMs, from.latestMs + 3000 / clock.hz),
  };
}
