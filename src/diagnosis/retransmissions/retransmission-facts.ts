import { unmapIpv4 } from '../../base/ip-text.ts';
import { readingValue } from '../../tcp/reading.ts';
import type { TcpSocket } from '../../tcp/socket.ts';
import { silentSockets } from '../dead-peers/silent-sockets.ts';
import { counterRise, dropsOf, listenersOf } from '../evidence.ts';
import type { RuleView } from '../rule.ts';

export type RetransmissionCause =
  | 'packet-loss'
  | 'spurious'
  | 'local-drop'
  | 'dead-peers'
  | 'full-accept-queue';

/** Segments of one window. SYN and SYN-ACK retries are left out. */
export interface RetransmissionFacts {
  readonly resent: number;
  /** Everything sent, resends included. */
  readonly sent: number;
  readonly share: number;
  readonly synRetries: number;
  /** After duplicate ACKs or in recovery. */
  readonly fast: number;
  readonly timeouts: number;
  readonly probes: number;
  /** Resends the receivers had already (DSACK). */
  readonly duplicates: number;
  /** Resends that failed on this host. */
  readonly failed: number;
  /** Resends on connections whose peer is silent. */
  readonly unanswered: number;
  /** Drops at full accept queues whose clients are here. */
  readonly overflows: number;
  readonly peers: readonly string[];
  readonly cause: RetransmissionCause;
}

/** Undefined when this kernel does not count resends. */
export function retransmissionFacts(view: RuleView): RetransmissionFacts | undefined {
  const all = counterRise(view, 'Tcp.RetransSegs');
  const fresh = counterRise(view, 'Tcp.OutSegs');
  if (all === undefined || fresh === undefined) return undefined;
  const count = (name: string): number => counterRise(view, `TcpExt.${name}`) ?? 0;
  const synRetries = count('TCPSynRetrans');
  const resent = Math.max(0, all - synRetries);
  // __tcp_transmit_skb() counts in OutSegs only what goes beyond snd_nxt (and pure ACKs), as RFC 4022 asks: resends come on top.
  const sent = fresh + all;
  const silent = silentSockets(view).filter(({ socket }) => socket.timer === 'retransmit');
  const known = {
    resent,
    sent,
    share: resent / Math.max(1, sent),
    synRetries,
    fast: count('TCPFastRetrans') + count('TCPSlowStartRetrans'),
    timeouts: Math.max(0, count('TCPTimeouts') - synRetries),
    probes: count('TCPLossProbes'),
    duplicates: counterRise(view, 'TcpExt.TCPDSACKRecvSegs') ?? count('TCPDSACKRecv'),
    failed: count('TCPRetransFail'),
    unanswered: resendsOn(
      view,
      silent.map(({ socket }) => socket),
    ),
    overflows: overflowsOfOurClients(view),
    peers: silent.map(({ socket }) => unmapIpv4(socket.remoteAddress)),
  };
  return { ...known, cause: causeOf(known) };
}

/** How often the silent connections were resent in the window: from their tries at both ends. */
function resendsOn(view: RuleView, silent: readonly TcpSocket[]): number {
  const groups = Object.values(readingValue(view.namespace.sockets)?.before.groups ?? {});
  const earlier = new Map(
    groups.flatMap((group) => group.kept.map((socket) => [socket.cookie, socket.retransmits] as const)),
  );
  return silent.reduce((sum, socket) => {
    const before = earlier.get(socket.cookie) ?? 0;
    // A tail loss probe comes before the first try that counts.
    return (
      sum +
      (socket.retransmits >= before ? socket.retransmits - before : socket.retransmits) +
      (before === 0 ? 1 : 0)
    );
  }, 0);
}

/**
 * A client's data and FIN for a connection that no full queue takes in are dropped, and count one overflow each (kernel-facts 3.1 b, d).
 * It is the client who sends them again: only overflows of listeners that have clients in this very namespace explain its resends.
 */
function overflowsOfOurClients(view: RuleView): number {
  const ports = portsAskedFromHere(view);
  return view.observation.namespaces.reduce((sum, namespace) => {
    const there = { observation: view.observation, namespace };
    const isAsked = listenersOf(there).some((one) => dropsOf(one) > 0 && ports.has(one.port));
    return isAsked ? sum + (counterRise(there, 'TcpExt.ListenOverflows') ?? 0) : sum;
  }, 0);
}

/** Ports that programs of this namespace connect to: seen on the wire, or on sockets that wait for an answer. */
function portsAskedFromHere(view: RuleView): ReadonlySet<number> {
  const handshakes = readingValue(view.namespace.packets)?.handshakes ?? [];
  const asked = handshakes.filter(({ direction }) => direction !== 'incoming');
  const census = readingValue(view.namespace.sockets);
  const sockets = [census?.before, census?.after].flatMap((one) =>
    Object.values(one?.groups ?? {}).flatMap(({ kept }) => kept),
  );
  return new Set([
    ...asked.map(({ serverPort }) => serverPort),
    ...sockets.map(({ remotePort }) => remotePort),
  ]);
}

function causeOf(
  facts: Pick<RetransmissionFacts, 'resent' | 'failed' | 'unanswered' | 'duplicates' | 'overflows'>,
): RetransmissionCause {
  const { resent, failed, unanswered, duplicates, overflows } = facts;
  if (failed * 2 >= resent) return 'local-drop';
  if (overflows >= resent * 0.8) return 'full-accept-queue';
  if (unanswered * 2 >= resent) return 'dead-peers';
  return duplicates * 2 >= resent ? 'spurious' : 'packet-loss';
}
