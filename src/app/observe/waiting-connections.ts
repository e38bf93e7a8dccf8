import { unmapIpv4 } from '../../base/ip-text.ts';
import type { WaitingConnections } from '../../tcp/observation.ts';
import type { TcpSocket } from '../../tcp/socket.ts';

const KEPT_COOKIES = 4096;
const HEAD_COOKIES = 64;
const KEPT_PEERS = 20;

/** Who waits in an accept queue, and for how long; `members` in any order. */
export function describeWaiting(members: readonly TcpSocket[]): WaitingConnections {
  const oldestFirst = members
    .map((socket) => ({ socket, waitedMs: waitedMs(socket) }))
    .sort((a, b) => b.waitedMs - a.waitedMs);
  const peers = new Map<string, { count: number; oldestMs: number }>();
  for (const { socket, waitedMs } of oldestFirst) {
    const address = unmapIpv4(socket.remoteAddress);
    const peer = peers.get(address);
    if (peer) peer.count++;
    else peers.set(address, { count: 1, oldestMs: waitedMs });
  }
  const cookies = oldestFirst.slice(0, KEPT_COOKIES).map(({ socket }) => socket.cookie);
  return {
    count: members.length,
    oldestMs: oldestFirst[0]?.waitedMs ?? 0,
    medianMs: oldestFirst[Math.floor(oldestFirst.length / 2)]?.waitedMs ?? 0,
    headCookies: cookies.slice(0, HEAD_COOKIES),
    cookies,
    peers: [...peers]
      .map(([address, peer]) => ({ address, ...peer }))
      .sort((a, b) => b.count - a.count)
      .slice(0, KEPT_PEERS),
    abandoned: members.filter((socket) => socket.state === 'CLOSE_WAIT').length,
  };
}

/**
 * The wait since the handshake ended. A server that has not accepted has sent no data, so that `lastDataSentMs` still counts from
 * the socket's creation (tcp_create_openreq_child() sets lsndtime); the last ACK may be younger, as the client may have sent since.
 */
function waitedMs(socket: TcpSocket): number {
  if (!socket.info) return 0;
  return Math.max(socket.info.lastDataSentMs, socket.info.lastAckReceivedMs);
}
