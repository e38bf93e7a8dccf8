/** Constants and rules that SYN, SYN-ACK and data share. */

/** TCP_TIMEOUT_INIT (RFC 6298 section 2.1): the first timeout of a SYN or SYN-ACK. */
export const INITIAL_RTO_MS = 1000;
/** TCP_RTO_MIN; tcp_model_timeout() counts in it, whatever the connection's own RTO and tcp_rto_min_us are. */
export const RTO_MIN_MS = 200;
/** TCP_RTO_MAX; net.ipv4.tcp_rto_max_ms and TCP_RTO_MAX_MS lower it since 6.15. */
export const RTO_MAX_MS = 120_000;
/** An orphan gets tcp_orphan_retries, where 0 stands for 8 (tcp_orphan_retries()). */
export const ORPHAN_RETRIES = 8;

/**
 * tcp_model_timeout(): how long `retries` resends last when the timeout doubles from `baseMs` and then stays at its maximum.
 * retransmits_timed_out() compares the time since the first resend with it.
 */
export function modelTimeoutMs(
  retries: number,
  baseMs: number = RTO_MIN_MS,
  rtoMaxMs: number = RTO_MAX_MS,
): number {
  const doublings = Math.max(0, Math.floor(Math.log2(Math.floor(rtoMaxMs / baseMs))));
  const doubledMs = (2 ** (Math.min(retries, doublings) + 1) - 1) * baseMs;
  return doubledMs + Math.max(0, retries - doublings) * rtoMaxMs;
}

/** tcp_orphan_retries() of a socket whose RTO is still below its maximum. */
export function orphanRetries(tcpOrphanRetries: number): number {
  return tcpOrphanRetries === 0 ? ORPHAN_RETRIES : tcpOrphanRetries;
}
