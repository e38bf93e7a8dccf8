/** When the kernel ends a connection whose peer does not answer. TCP_USER_TIMEOUT and per-socket keepalive options are not visible from outside and can make it sooner. */
import type { TcpSocket } from '../../tcp/socket.ts';

/** TCP_RTO_MIN: the unit in which tcp_model_timeout() counts, whatever the connection's own RTO. */
const MODEL_RTO_MS = 200;
/** TCP_RTO_MAX; net.ipv4.tcp_rto_max_ms can lower it since 6.15. */
const RTO_MAX_MS = 120_000;

/** tcp_model_timeout(): how long `retries` resends last when the RTO doubles from 200 ms and then stays at its maximum. */
export function modelTimeoutMs(retries: number): number {
  const doublings = Math.floor(Math.log2(RTO_MAX_MS / MODEL_RTO_MS));
  const doubled = (2 ** (Math.min(retries, doublings) + 1) - 1) * MODEL_RTO_MS;
  return doubled + Math.max(0, retries - doublings) * RTO_MAX_MS;
}

/**
 * Milliseconds until retransmits_timed_out() is true: at the first expiry that lies `modelTimeoutMs` or more behind the first resend.
 * The connection's own RTO decides when it expires, the model when that is too late; so the result jumps by a factor of two.
 */
export function retransmissionEndsInMs(socket: TcpSocket, retries: number): number {
  const baseRtoMs = socket.info ? socket.info.rtoUs / 1000 / 2 ** socket.info.backoff : MODEL_RTO_MS;
  const interval = (n: number): number => Math.min(Math.max(baseRtoMs, 1) * 2 ** n, RTO_MAX_MS);
  const timeoutMs = modelTimeoutMs(retries);
  let sinceFirstMs = 0;
  for (let n = 1; n <= socket.retransmits; n++) sinceFirstMs += interval(n);
  let leftMs = socket.timerExpiresMs;
  for (let n = socket.retransmits + 1; sinceFirstMs < timeoutMs; n++) {
    sinceFirstMs += interval(n);
    leftMs += interval(n);
  }
  return leftMs;
}

/** tcp_keepalive_timer(): at each expiry another probe, until `probes` are out; the next expiry resets the connection. */
export function keepaliveEndsInMs(socket: TcpSocket, probes: number, intervalMs: number): number {
  return socket.timerExpiresMs + Math.max(0, probes - socket.retransmits) * intervalMs;
}
