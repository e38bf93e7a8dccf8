/** Where an unanswered connect() stands, read from its socket; the rules are those of the model (src/tcp/model/syn-timeline.ts). */
import { synGapMs, synTimeline } from '../../tcp/model/syn-timeline.ts';

/** How long a socket has been in SYN_SENT, ms, from its retransmissions and what its timer has left. */
export function synSentAgeMs(retransmits: number, timerExpiresMs: number, linearTimeouts: number): number {
  let sentAtMs = 0;
  for (let k = 0; k < retransmits; k++) sentAtMs += synGapMs(k, linearTimeouts);
  return sentAtMs + lastSynAgeMs(retransmits, timerExpiresMs, linearTimeouts);
}

/** How long ago its latest SYN was sent, ms. */
export function lastSynAgeMs(retransmits: number, timerExpiresMs: number, linearTimeouts: number): number {
  return Math.max(0, synGapMs(retransmits, linearTimeouts) - timerExpiresMs);
}

/** When connect() fails with ETIMEDOUT, ms; the kernel's timers may be up to 4 % later. */
export function connectTimeoutMs(synRetries: number, linearTimeouts: number): number {
  return synTimeline({ synRetries, linearTimeouts }).end.atMs;
}
