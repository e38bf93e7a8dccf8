import { atLeast, type KernelVersion, newestKernel } from './kernel-version.ts';
import { INITIAL_RTO_MS, RTO_MAX_MS } from './retransmission-limit.ts';
import { defaultHz, laterBy, type Moment, startMoment, timerAfter } from './timer-wheel.ts';

export interface SynAckTimelineInputs {
  /** net.ipv4.tcp_synack_retries. */
  readonly synAckRetries: number;
  /** TCP_SYNCNT of the listener; 0: not set. Takes the place of tcp_synack_retries. */
  readonly synCount?: number;
  /** TCP_DEFER_ACCEPT in seconds as set; 0: not set. */
  readonly deferAcceptS?: number;
  /** When the client's bare ACK arrives, ms: only with TCP_DEFER_ACCEPT does the request outlive it. */
  readonly acknowledgedAtMs?: number;
  readonly rtoMaxMs?: number;
  readonly kernel?: KernelVersion;
  readonly hz?: number;
}

export interface SynAckTimeline {
  readonly synAcks: readonly Moment[];
  /** When the request is gone without a word; with `handedOver` the last SYN-ACK, whose ACK makes the connection. */
  readonly end: Moment;
  readonly handedOver: boolean;
}

/**
 * When a listener resends a SYN-ACK and forgets the request (reqsk_timer_handler(), syn_ack_recalc()): timeouts of 1 s << n, the end when
 * tcp_synack_retries of them have passed, silently. With TCP_DEFER_ACCEPT an acknowledged request is left alone until the last of its
 * own number of timeouts, which resends one SYN-ACK.
 */
export function synAckTimeline(inputs: SynAckTimelineInputs): SynAckTimeline {
  const kernel = inputs.kernel ?? newestKernel;
  const clock = { kernel, hz: inputs.hz ?? defaultHz };
  const rtoMaxMs = atLeast(kernel, '6.15') ? (inputs.rtoMaxMs ?? RTO_MAX_MS) : RTO_MAX_MS;
  const retries = inputs.synCount || inputs.synAckRetries;
  const deferTimeouts = deferAcceptTimeouts(inputs.deferAcceptS ?? 0);
  const acknowledgedAtMs =
    deferTimeouts > 0 ? (inputs.acknowledgedAtMs ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
  const synAcks: Moment[] = [startMoment];
  let expiry = timerAfter(startMoment, INITIAL_RTO_MS, clock);
  for (let timeouts = 0; ; timeouts++) {
    const acknowledged = acknowledgedAtMs <= expiry.atMs;
    if (acknowledged && timeouts >= deferTimeouts) {
      // It came when the deferring was over: no need to wait for a timeout.
      return { synAcks, end: laterBy(startMoment, acknowledgedAtMs), handedOver: true };
    }
    if (!acknowledged && timeouts >= retries) return { synAcks, end: expiry, handedOver: false };
    if (!acknowledged || timeouts === deferTimeouts - 1) synAcks.push(expiry);
    if (acknowledged && timeouts === deferTimeouts - 1) return { synAcks, end: expiry, handedOver: true };
    expiry = timerAfter(expiry, Math.min(rtoMaxMs, INITIAL_RTO_MS * 2 ** Math.min(30, timeouts + 1)), clock);
  }
}

/** secs_to_retrans(): how many timeouts of 1, 2, 4 ... s cover `seconds`; the kernel keeps this number, not the seconds. */
export function deferAcceptTimeouts(seconds: number): number {
  if (seconds <= 0) return 0;
  let timeouts = 1;
  let periodS = 1;
  let timeoutS = 1;
  while (seconds > periodS && timeouts < 255) {
    timeouts++;
    timeoutS = Math.min(timeoutS * 2, RTO_MAX_MS / 1000);
    periodS += timeoutS;
  }
  return timeouts;
}

/** retrans_to_secs(): what getsockopt(TCP_DEFER_ACCEPT) gives back after `seconds` were set. */
export function deferAcceptReadBackS(seconds: number): number {
  const timeouts = deferAcceptTimeouts(seconds);
  let periodS = 0;
  for (let n = 0; n < timeouts; n++) periodS += Math.min(2 ** Math.min(n, 30), RTO_MAX_MS / 1000);
  return periodS;
}

/** The timeout at which old requests are pruned: two have passed, 1 + 2 + 4 s after the SYN. */
export const PRUNED_AFTER_TIMEOUTS = 2;

/**
 * Requests that outlive their third timeout (7 s) when `requests` came at once and none is acknowledged. While more than half of the
 * listener's limit is taken, by requests that are not young, the allowed retries drop to 2 (reqsk_timer_handler()); each one dropped
 * makes room for the rest.
 */
export function requestsAfterPruning(requests: number, limit: number, retries: number): number {
  if (retries <= PRUNED_AFTER_TIMEOUTS) return requests;
  return Math.min(requests, Math.floor(Math.max(8, limit) / 2));
}
