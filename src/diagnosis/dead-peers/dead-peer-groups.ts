import { readingValue } from '../../tcp/reading.ts';
import { counterRise, perSecond, seenPerKept } from '../evidence.ts';
import type { RuleView } from '../rule.ts';
import { groupBy } from '../socket-groups/lasting-sockets.ts';
import { ownersOfSockets, type SocketOwner } from '../socket-groups/socket-owners.ts';
import { type SocketSide, socketSide } from '../socket-groups/socket-side.ts';
import { type Silence, type SilentSocket, silentSockets } from './silent-sockets.ts';

/** Silent connections of one listener, or to one destination (single ones to several destinations are put together). */
export interface DeadPeerGroup {
  readonly side: SocketSide;
  readonly silent: readonly SilentSocket[];
  /** Of those that are not closing: how many are silent, how many there are with this listener (for outgoing: all outgoing). */
  readonly open: number;
  readonly connections: number;
  readonly closing: number;
  /** The kind most of them share. */
  readonly silence: Silence;
  readonly owners: readonly SocketOwner[];
}

export function deadPeerGroups(view: RuleView): readonly DeadPeerGroup[] {
  const sided = silentSockets(view).map((silent) => ({ silent, side: socketSide(view, silent.socket) }));
  const bySide = groupBy(sided, ({ side }) => side.name);
  const groups = groupBy(sided, ({ side }) =>
    side.kind === 'outgoing' && bySide.get(side.name)?.length === 1 ? 'single' : side.name,
  );
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    if (!first) return [];
    const others = new Set(members.map(({ side }) => side.name)).size - 1;
    const side =
      others === 0
        ? first.side
        : ({ kind: 'outgoing', name: `${first.side.name} and ${others} more` } as const);
    return [
      describeGroup(
        view,
        side,
        members.map(({ silent }) => silent),
      ),
    ];
  });
}

function describeGroup(view: RuleView, side: SocketSide, silent: readonly SilentSocket[]): DeadPeerGroup {
  const open = silent.filter(({ silence }) => silence !== 'close-unacknowledged').length;
  const established = readingValue(view.namespace.sockets)?.after.established ?? [];
  const port = side.kind === 'outgoing' ? 0 : side.port;
  const total = established.find((summary) => summary.port === port)?.total ?? 0;
  const [largest] = [...groupBy(silent, ({ silence }) => silence).values()].sort(
    (a, b) => b.length - a.length,
  );
  return {
    side,
    silent,
    open,
    connections: Math.max(total, open),
    closing: silent.length - open,
    silence: largest?.[0]?.silence ?? 'data-unacknowledged',
    owners: ownersOfSockets(
      view,
      silent.map(({ socket }) => socket),
      side,
    ),
  };
}

/**
 * Whether `closing` unacknowledged FINs are more than what any server on the internet has from clients that vanish: a fifth of the
 * connections opened in the 100 s or so that such an orphan lives. With a port: of those
 * accepted there, or, where packets do not tell, anywhere here.
 */
export function isManyUnacknowledgedCloses(
  view: RuleView,
  closing: number,
  connections: number,
  port?: number,
): boolean {
  return closing >= 5 && closing >= Math.max(connections, openedPerSecond(view, port) * 100) / 5;
}

function openedPerSecond(view: RuleView, port: number | undefined): number {
  const sample = readingValue(view.namespace.packets);
  if (
    port !== undefined &&
    sample &&
    sample.durationMs >= SHORTEST_SAMPLE_MS &&
    sample.handshakes.length > 0
  ) {
    const unseen = seenPerKept(sample);
    const answered = sample.handshakes.filter(
      ({ serverPort, synAckCount }) => serverPort === port && synAckCount > 0,
    );
    return (answered.length * unseen * 1000) / sample.durationMs;
  }
  const accepted = counterRise(view, 'Tcp.PassiveOpens') ?? 0;
  const made = port === undefined ? (counterRise(view, 'Tcp.ActiveOpens') ?? 0) : 0;
  return perSecond(view, accepted + made);
}

const SHORTEST_SAMPLE_MS = 1000;
