/**
 * When the kernel ends a connection whose peer does not answer, read from its socket; the rules are those of the model. TCP_USER_TIMEOUT
 * and per-socket keepalive options are not visible from outside and can make it sooner.
 */
import { keepaliveEndsAfterMs } from '../../tcp/model/keepalive-timeline.ts';
import { RTO_MIN_MS } from '../../tcp/model/retransmission-limit.ts';
import { retransmissionEndsAfterMs } from '../../tcp/model/retransmit-timeline.ts';
import type { TcpSocket } from '../../tcp/socket.ts';

/** Milliseconds until the resending of data ends with `retries` (tcp_retries2, or the orphan's). */
export function retransmissionEndsInMs(socket: TcpSocket, retries: number): number {
  return retransmissionEndsAfterMs({
    rtoMs: socket.info ? socket.info.rtoUs / 1000 / 2 ** socket.info.backoff : RTO_MIN_MS,
    timeouts: socket.retransmits,
    timerMs: socket.timerExpiresMs,
    retries,
  });
}

/** Milliseconds until the probing ends. */
export function keepaliveEndsInMs(socket: TcpSocket, probes: number, intervalMs: number): number {
  return keepaliveEndsAfterMs({
    timerMs: socket.timerExpiresMs,
    probesOut: socket.retransmits,
    probes,
    intervalMs,
  });
}
