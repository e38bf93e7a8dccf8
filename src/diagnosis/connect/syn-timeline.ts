/**
 * When an unanswered connect() sends its SYNs (tcp_write_timeout(), tcp_retransmit_timer()). Gaps are 1 s for the first SYN and each of
 * tcp_syn_linear_timeouts (6.5 and later; 0 before), then double from 2 s up to TCP_RTO_MAX. The kernel's timers are up to 3.5 % late.
 */

const RTO_MAX_MS = 120_000;

function gapMs(retransmits: number, linearTimeouts: number): number {
  return retransmits <= linearTimeouts
    ? 1000
    : Math.min(RTO_MAX_MS, 1000 * 2 ** (retransmits - linearTimeouts));
}

/** How long a socket has been in SYN_SENT, ms, from its retransmissions and what its timer has left. */
export function synSentAgeMs(retransmits: number, timerExpiresMs: number, linearTimeouts: number): number {
  let sentAtMs = 0;
  for (let k = 0; k < retransmits; k++) sentAtMs += gapMs(k, linearTimeouts);
  return sentAtMs + lastSynAgeMs(retransmits, timerExpiresMs, linearTimeouts);
}

/** How long ago its latest SYN was sent, ms. */
export function lastSynAgeMs(retransmits: number, timerExpiresMs: number, linearTimeouts: number): number {
  return Math.max(0, gapMs(retransmits, linearTimeouts) - timerExpiresMs);
}

/** When connect() fails with ETIMEDOUT, ms: after tcp_syn_retries + linear retransmissions, or 2^(tcp_syn_retries+1) - 1 s, whichever is first. */
export function connectTimeoutMs(synRetries: number, linearTimeouts: number): number {
  let elapsedMs = gapMs(0, linearTimeouts);
  for (let k = 0; k < 255; k++) {
    const waitedEnough = k >= 1 && elapsedMs >= (2 ** (synRetries + 1) - 1) * 1000;
    if (k >= synRetries + linearTimeouts || waitedEnough) break;
    elapsedMs += gapMs(k + 1, linearTimeouts);
  }
  return elapsedMs;
}
