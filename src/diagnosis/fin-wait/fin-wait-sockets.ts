import type { Ends } from '../../tcp/observation.ts';
import { readingValue } from '../../tcp/reading.ts';
import type { TcpSocket } from '../../tcp/socket.ts';
import { silentSockets } from '../dead-peers/silent-sockets.ts';
import type { RuleView } from '../rule.ts';
import { happenedBetween, lastingSockets, scaledCount } from '../socket-groups/lasting-sockets.ts';

/** Who keeps a half of a closed connection from ending. */
export type FinWaitCause =
  | 'application-holds'
  | 'peer-does-not-close'
  | 'peer-unreachable'
  | 'peer-does-not-read';

export interface FinWaitSockets {
  readonly cause: FinWaitCause;
  readonly sockets: readonly TcpSocket[];
  readonly count: number;
}

/** Sockets in FIN_WAIT1 and FIN_WAIT2 that made no progress in the window, by what holds them. */
export function finWaitSockets(view: RuleView): readonly FinWaitSockets[] {
  const groups = readingValue(view.namespace.sockets)?.after.groups;
  const halfClosed = lastingSockets(view, 'finWait2');
  const held = halfClosed.filter((ends) => isHeldWithoutData(view, ends)).map(({ after }) => after);
  const orphaned = halfClosed.map(({ after }) => after).filter((socket) => socket.inode === 0);
  const silent = new Set(silentSockets(view).map(({ socket }) => socket.cookie));
  const finWait1 = groups?.finWait1.kept ?? [];
  const unreachable = finWait1.filter((socket) => silent.has(socket.cookie));
  const unread = lastingSockets(view, 'finWait1')
    .map(({ after }) => after)
    .filter((socket) => socket.timer === 'zero-window-probe' && !silent.has(socket.cookie));
  return [
    { cause: 'application-holds' as const, sockets: held, count: scaledCount(held.length, groups?.finWait2) },
    {
      cause: 'peer-does-not-close' as const,
      sockets: orphaned,
      count: scaledCount(orphaned.length, groups?.finWait2),
    },
    {
      cause: 'peer-unreachable' as const,
      sockets: unreachable,
      count: scaledCount(unreachable.length, groups?.finWait1),
    },
    {
      cause: 'peer-does-not-read' as const,
      sockets: unread,
      count: scaledCount(unread.length, groups?.finWait1),
    },
  ].filter(({ sockets }) => sockets.length > 0);
}

/** After shutdown(SHUT_WR) the peer may still send for as long as it likes: then this is a half-closed connection at work. */
function isHeldWithoutData(view: RuleView, { before, after }: Ends<TcpSocket>): boolean {
  if (after.inode === 0) return false;
  if (!before.info || !after.info) return true;
  const agesMs = { before: before.info.lastDataReceivedMs, after: after.info.lastDataReceivedMs };
  return !happenedBetween(view, agesMs);
}
