import { formatEndpoint, unmapIpv4 } from '../../base/ip-text.ts';
import type { Handshake, ListenerObservation, NamespaceObservation } from '../../tcp/observation.ts';
import { readingValue } from '../../tcp/reading.ts';
import type { TcpSocket } from '../../tcp/socket.ts';
import { counterRise, isFull, numericSysctl, rise } from '../evidence.ts';
import type { RuleView } from '../rule.ts';
import { isRefused } from './refused-connects.ts';
import { lastSynAgeMs, synSentAgeMs } from './syn-timeline.ts';

/** Attempts of this namespace to connect to one address and port that nobody answers. */
export interface UnansweredConnects {
  readonly address: string;
  readonly port: number;
  /** "10.0.0.2:443". */
  readonly destination: string;
  /** In SYN_SENT at the end of the window with a repeated SYN, or waiting for a good while as others did at its start. */
  readonly sockets: readonly TcpSocket[];
  readonly oldestMs: number;
  readonly mostRetransmits: number;
  /** Given up within the window: seen at its start, gone at its end. */
  readonly gone: number;
  readonly pids: readonly number[];
  /** On the wire: attempts without any answer, and those that got one. */
  readonly unanswered: readonly Handshake[];
  readonly answered: number;
  /** With RST or ICMP. ICMP is sent once a second at most (icmp_ratelimit), so that a few refusals speak for all attempts. */
  readonly refused: number;
  /** Packets were captured while one of the sockets sent a SYN, and none left; or every resend failed on this host. */
  readonly neverLeft: boolean;
}

interface Parts {
  /** At the start of the window, or with a repeated SYN since. */
  readonly before: TcpSocket[];
  readonly after: TcpSocket[];
  readonly handshakes: Handshake[];
}

/** Longer than a round trip on earth, and shorter than the timeouts programs choose. */
const GOOD_WHILE_MS = 250;

/** Most attempts first. */
export function unansweredConnects(view: RuleView): readonly UnansweredConnects[] {
  const census = readingValue(view.namespace.sockets);
  const groups = new Map<string, Parts>();
  const groupOf = (address: string, port: number): Parts => {
    const key = formatEndpoint(unmapIpv4(address), port);
    const known = groups.get(key) ?? { before: [], after: [], handshakes: [] };
    groups.set(key, known);
    return known;
  };
  for (const when of ['before', 'after'] as const) {
    for (const socket of census?.[when].groups.synSent.kept ?? []) {
      groupOf(socket.remoteAddress, socket.remotePort)[when].push(socket);
    }
  }
  for (const socket of repeatedConnects(view)) {
    const { before } = groupOf(socket.remoteAddress, socket.remotePort);
    const known = before.findIndex(({ cookie }) => cookie === socket.cookie);
    if (known < 0) before.push(socket);
    else before[known] = socket;
  }
  for (const handshake of readingValue(view.namespace.packets)?.handshakes ?? []) {
    if (handshake.direction !== 'incoming')
      groupOf(handshake.server, handshake.serverPort).handshakes.push(handshake);
  }
  return [...groups]
    .map(([destination, parts]) => describe(view, destination, parts))
    .filter(({ sockets, gone, unanswered }) => sockets.length + gone + unanswered.length > 0)
    .filter(({ refused }) => refused === 0)
    .sort((a, b) => attemptsOf(b) - attemptsOf(a));
}

/** Sockets and handshakes are two views of the same attempts. */
export function attemptsOf({ sockets, gone, unanswered }: UnansweredConnects): number {
  return Math.max(sockets.length + gone, unanswered.length);
}

/** Whether an attempt that is over has failed is seen on the wire; without packets only the two censuses speak. */
function repeatedConnects({ namespace }: RuleView): readonly TcpSocket[] {
  return namespace.packets.status === 'ok' ? (namespace.repeatedConnects ?? []) : [];
}

function describe(view: RuleView, destination: string, parts: Parts): UnansweredConnects {
  const linear = numericSysctl(view, 'net.ipv4.tcp_syn_linear_timeouts') ?? 0;
  const age = (socket: TcpSocket): number => synSentAgeMs(socket.retransmits, socket.timerExpiresMs, linear);
  const { handshakes } = parts;
  const waiting = (sockets: readonly TcpSocket[]) =>
    sockets.filter((one) => one.retransmits > 0 || age(one) >= GOOD_WHILE_MS);
  // Programs with a short timeout close before the first SYN is repeated, and try again; only their repeated SYNs show
  // that it is not the first time, where the start of the window fell between two tries.
  const resent = (counterRise(view, 'TcpExt.TCPSynRetrans') ?? 0) >= parts.after.length;
  const renewed = waiting(parts.before).length > 0 || resent;
  const stuckHere = handshakes.length === 0 && (neighboursMissing(view) || resentInVain(view));
  const sockets = stuckHere
    ? parts.after
    : waiting(parts.after).filter((one) => one.retransmits > 0 || renewed);
  const stillThere = new Set(parts.after.map(({ cookie }) => cookie));
  const gone = parts.before.filter(
    (one) => one.retransmits > 0 && !stillThere.has(one.cookie) && hasFailed(view, one, handshakes),
  );
  const some = sockets[0] ?? gone[0];
  const [seen] = handshakes;
  return {
    address: unmapIpv4(some?.remoteAddress ?? seen?.server ?? ''),
    port: some?.remotePort ?? seen?.serverPort ?? 0,
    destination,
    sockets,
    oldestMs: Math.max(0, ...sockets.map(age)),
    mostRetransmits: sockets.reduce((most, one) => Math.max(most, one.retransmits), 0),
    gone: gone.length,
    pids: [
      ...new Set([...sockets, ...gone].flatMap(({ inode }) => view.namespace.owners[String(inode)] ?? [])),
    ],
    unanswered: handshakes.filter((one) => isUnanswered(view, one)),
    answered: handshakes.filter(({ synAckCount }) => synAckCount > 0).length,
    refused: handshakes.filter(isRefused).length,
    neverLeft:
      handshakes.length === 0 &&
      (allResendsFail(view) || sockets.some((one) => sentWhileCaptured(view, one, linear))),
  };
}

/** A socket that was in SYN_SENT and is gone may have been answered at last: then the wire shows it, or no counter of failures moves. */
function hasFailed(view: RuleView, socket: TcpSocket, handshakes: readonly Handshake[]): boolean {
  const seen = handshakes.find(({ clientPort }) => clientPort === socket.localPort);
  if (seen) return seen.synAckCount === 0;
  // A program that gives up by itself closes the socket, which no counter takes for a failure.
  return (counterRise(view, 'Tcp.AttemptFails') ?? 0) > 0 || resentInVain(view);
}

/** Longer than any round trip. */
const SILENT_MS = 600;

/** So long without SYN-ACK, RST or ICMP. */
function isUnanswered(
  view: RuleView,
  { atMs, synAckCount, synCount, resetBy, unreachable }: Handshake,
): boolean {
  if (synAckCount > 0 || resetBy === 'server' || unreachable) return false;
  const sample = readingValue(view.namespace.packets);
  // Where packets were missed, the answer may be among them; a repeated SYN says that there was none.
  if (synCount > 1 || !sample || sample.droppedByKernel + sample.leftUnread > 0) return synCount > 1;
  return sample.fromMs + sample.durationMs - atMs >= SILENT_MS;
}

const SEVERAL = 3;

/**
 * Attempts end with EHOSTUNREACH after 3 s, and programs try again: whose SYN is not on the wire while packets are captured waits for the
 * hardware address of its next hop, however young it is.
 */
function neighboursMissing(view: RuleView): boolean {
  const stuck = counterRise(view, 'TcpExt.TCPSpuriousRtxHostQueues') ?? 0;
  const failed = counterRise(view, 'Tcp.AttemptFails') ?? 0;
  return Math.min(stuck, failed) >= SEVERAL && view.namespace.packets.status === 'ok';
}

/** TCPSynRetrans counts the attempt, TCPRetransFail that it came to nothing on this host (__tcp_retransmit_skb()). */
function allResendsFail(view: RuleView): boolean {
  const failed = counterRise(view, 'TcpExt.TCPRetransFail') ?? 0;
  return failed > 0 && failed >= (counterRise(view, 'TcpExt.TCPSynRetrans') ?? 0);
}

/** Attempts that were given up leave no socket, and these no packet: the counters remember that SYNs were repeated, and failed. */
export function resentInVain(view: RuleView): boolean {
  const resent = counterRise(view, 'TcpExt.TCPSynRetrans') ?? 0;
  return resent >= SEVERAL && allResendsFail(view) && view.namespace.packets.status === 'ok';
}

function sentWhileCaptured(view: RuleView, socket: TcpSocket, linear: number): boolean {
  const sample = readingValue(view.namespace.packets);
  if (!sample) return false;
  return lastSynAgeMs(socket.retransmits, socket.timerExpiresMs, linear) < sample.durationMs - 100;
}

export interface FullQueue {
  readonly namespace: NamespaceObservation;
  readonly listener: ListenerObservation;
}

/**
 * The destination is a listener of this very host whose accept queue is full. Addresses of another namespace are not known, so
 * that there the same handshake must have been seen on its side.
 */
export function fullQueueBehind(view: RuleView, connects: UnansweredConnects): FullQueue | undefined {
  for (const namespace of view.observation.namespaces) {
    const listener = (readingValue(namespace.listeners) ?? []).find((one) =>
      isFullQueueOf(view, namespace, one, connects),
    );
    if (listener) return { namespace, listener };
  }
  return undefined;
}

/** Now; or for moments of the window, in which it dropped something. */
function wasFull({ acceptQueue, queue, drops }: ListenerObservation): boolean {
  if (isFull(acceptQueue.after)) return true;
  return (queue?.fullSamples ?? 0) > 0 && drops !== undefined && rise(drops) > 0;
}

function isFullQueueOf(
  view: RuleView,
  namespace: NamespaceObservation,
  listener: ListenerObservation,
  { address, port, sockets, unanswered }: UnansweredConnects,
): boolean {
  if (listener.port !== port || !listener.limitKnown || !wasFull(listener)) return false;
  if (namespace.inode === view.namespace.inode) {
    return (
      unanswered.some(({ direction }) => direction === 'loopback') ||
      sockets.some((one) => unmapIpv4(one.localAddress) === address)
    );
  }
  const ports = new Set([...sockets.map((one) => one.localPort), ...unanswered.map((one) => one.clientPort)]);
  const seenThere = (readingValue(namespace.packets)?.handshakes ?? []).some(
    (one) => one.server === address && one.serverPort === port && ports.has(one.clientPort),
  );
  return seenThere && (listener.drops === undefined || rise(listener.drops) > 0);
}
