import type { Ends } from '../../tcp/observation.ts';
import { readingValue } from '../../tcp/reading.ts';
import type { TcpSocket } from '../../tcp/socket.ts';
import type { RuleView } from '../rule.ts';
import { groupBy, happenedBetween, lastingSockets, scaledCount } from '../socket-groups/lasting-sockets.ts';
import { ownersOfSockets, type SocketOwner } from '../socket-groups/socket-owners.ts';
import { type SocketSide, socketSide } from '../socket-groups/socket-side.ts';

/** Sockets in CLOSE_WAIT that nobody touched in the window: of one listener, or all that one program opened itself. */
export interface ForgottenSockets {
  /** For outgoing ones: the most frequent destination. */
  readonly side: SocketSide;
  readonly sockets: readonly TcpSocket[];
  /** How many there are; more than `sockets` when not all could be kept. */
  readonly count: number;
  readonly owners: readonly SocketOwner[];
}

export function forgottenSockets(view: RuleView): readonly ForgottenSockets[] {
  const group = readingValue(view.namespace.sockets)?.after.groups.closeWait;
  const forgotten = lastingSockets(view, 'closeWait').filter((ends) => isUntouched(view, ends));
  const sided = forgotten.map(({ after }) => ({ socket: after, side: socketSide(view, after) }));
  // A crawler leaks to many destinations: its sockets are one fault, not one for each server.
  const groups = groupBy(sided, ({ side, socket }) =>
    side.kind === 'outgoing'
      ? `from ${ownersOfSockets(view, [socket])[0]?.process?.name ?? '?'}`
      : `to ${side.name}`,
  );
  return [...groups.values()].map((members) => {
    const side = mostFrequentSide(members.map((member) => member.side));
    const sockets = members.map(({ socket }) => socket);
    return {
      side,
      sockets,
      count: scaledCount(sockets.length, group),
      owners: ownersOfSockets(view, sockets, side),
    };
  });
}

/**
 * A client that has only half-closed may still be served: then something was sent in the window, waits to be sent, or was read.
 * Keepalive probes leave the age of the last data sent (tcp_info) alone.
 */
function isUntouched(view: RuleView, { before, after }: Ends<TcpSocket>): boolean {
  if (after.sendQueue > 0 || after.receiveQueue < before.receiveQueue) return false;
  if (!before.info || !after.info) return true;
  return !happenedBetween(view, { before: before.info.lastDataSentMs, after: after.info.lastDataSentMs });
}

function mostFrequentSide(sides: readonly SocketSide[]): SocketSide {
  const [largest] = [...groupBy(sides, (side) => side.name).values()].sort((a, b) => b.length - a.length);
  return largest?.[0] ?? { kind: 'outgoing', name: '?' };
}

/**
 * The FIN cannot be younger than the last segment that carried an ACK, nor older than the last data: `lastAckReceivedMs` is its age at
 * least (a probe that the peer answered makes it younger). Undefined without tcp_info.
 */
export function closedForMs(socket: TcpSocket): number | undefined {
  return socket.info?.lastAckReceivedMs;
}
