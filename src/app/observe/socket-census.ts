import type { InetDiagMessage } from '../../kernel/netlink/inet-diag-message.ts';
import type {
  DestinationUse,
  EstablishedSummary,
  SocketCensus,
  SocketGroup,
  SocketGroupName,
} from '../../tcp/observation.ts';
import { socketGroupNames } from '../../tcp/observation.ts';
import { type TcpSocket, type TcpState, tcpStates, waitsInAcceptQueue } from '../../tcp/socket.ts';
import type { ListenerMatch } from './listener-match.ts';

const KEPT_PER_GROUP = 1000;
const KEPT_WAITING = 20_000;
const KEPT_DESTINATIONS = 50;
const EXAMPLE_INODES = 20;
const DESTINATION_BUCKETS = 1 << 16;

const ESTABLISHED = 1;
const LISTEN = 10;
/** Armed while the peer's window is closed; its probes count as answered (retransmits 0) as long as the peer lives. */
const ZERO_WINDOW_PROBE = 4;

/** What a census is built from: the moving cursor of a sock_diag dump, or a row of /proc/net/tcp dressed up as one. */
export type CensusEntry = Pick<
  InetDiagMessage,
  | 'stateNumber'
  | 'state'
  | 'timerNumber'
  | 'retransmits'
  | 'localPort'
  | 'remotePort'
  | 'remoteAddressHash'
  | 'localAddressHash'
  | 'inode'
  | 'silentMs'
  | 'toSocket'
>;

type MutableSummary = { -readonly [K in keyof EstablishedSummary]: EstablishedSummary[K] } & {
  idleWithoutTimer: { s5: number; s60: number; m15: number; h2: number };
  exampleInodes: number[];
};

/**
 * Counts sockets while a dump streams by, and copies only the conspicuous ones: memory stays flat at any number of sockets.
 * Counts are exact; `kept` lists and member lists are bounded.
 */
export class CensusBuilder {
  readonly #listeners: ListenerMatch;
  readonly #states = new Array<number>(tcpStates.length).fill(0);
  readonly #groups = new Map<SocketGroupName, { total: number; kept: TcpSocket[] }>();
  readonly #established = new Map<number, MutableSummary>();
  readonly #destinationBuckets = new Uint32Array(DESTINATION_BUCKETS);
  /** Members of accept queues, by listener key. */
  readonly waiting = new Map<string, TcpSocket[]>();
  readonly requests = new Map<string, number>();
  #waitingKept = 0;

  constructor(listeners: ListenerMatch) {
    this.#listeners = listeners;
    for (const name of socketGroupNames) this.#groups.set(name, { total: 0, kept: [] });
  }

  add(entry: CensusEntry): void {
    const state = entry.stateNumber;
    this.#states[state] = (this.#states[state] ?? 0) + 1;
    if (state === LISTEN) return;
    const incoming = this.#listeners.ports.has(entry.localPort);
    if (!incoming) this.#countDestination(entry);
    if (state === ESTABLISHED && entry.inode !== 0)
      this.#addEstablished(entry, incoming ? entry.localPort : 0);
    const group = groupOf(entry);
    if (group === 'waiting') this.#addWaiting(entry);
    else if (group !== undefined) this.#addToGroup(group, entry);
  }

  #addToGroup(name: SocketGroupName, entry: CensusEntry): void {
    const group = this.#groups.get(name);
    if (!group) return;
    group.total++;
    if (name === 'synRecv') this.#countRequest(entry.toSocket());
    if (group.kept.length < KEPT_PER_GROUP) group.kept.push(entry.toSocket());
  }

  #countRequest(request: TcpSocket): void {
    const key = this.#listeners.find(request.family, request.localAddress, request.localPort);
    if (key !== undefined) this.requests.set(key, (this.requests.get(key) ?? 0) + 1);
  }

  #addWaiting(entry: CensusEntry): void {
    if (this.#waitingKept >= KEPT_WAITING) return;
    const socket = entry.toSocket();
    const key = this.#listeners.find(socket.family, socket.localAddress, socket.localPort);
    if (key === undefined) return;
    this.#waitingKept++;
    const members = this.waiting.get(key);
    if (members) members.push(socket);
    else this.waiting.set(key, [socket]);
  }

  #addEstablished(entry: CensusEntry, port: number): void {
    let summary = this.#established.get(port);
    if (!summary) {
      summary = {
        port,
        total: 0,
        withoutTimer: 0,
        keepalive: 0,
        idleWithoutTimer: { s5: 0, s60: 0, m15: 0, h2: 0 },
        longestIdleMs: 0,
        exampleInodes: [],
      };
      this.#established.set(port, summary);
    }
    summary.total++;
    if (entry.timerNumber === 2) summary.keepalive++;
    if (entry.timerNumber !== 0) return;
    summary.withoutTimer++;
    const silentMs = entry.silentMs;
    if (silentMs < 5000) return;
    const idle = summary.idleWithoutTimer;
    idle.s5++;
    if (silentMs >= 60_000) idle.s60++;
    if (silentMs >= 900_000) idle.m15++;
    if (silentMs >= 7_200_000) idle.h2++;
    summary.longestIdleMs = Math.max(summary.longestIdleMs, silentMs);
    if (summary.exampleInodes.length < EXAMPLE_INODES) summary.exampleInodes.push(entry.inode);
  }

  #countDestination(entry: CensusEntry): void {
    const bucket = destinationBucket(entry);
    this.#destinationBuckets[bucket] = (this.#destinationBuckets[bucket] ?? 0) + 1;
  }

  /** A test for sockets that may belong to a destination with at least `ports` local ports; undefined when there is none. */
  crowdedDestinations(ports: number): ((entry: CensusEntry) => boolean) | undefined {
    if (!this.#destinationBuckets.some((count) => count >= ports)) return undefined;
    return (entry) =>
      entry.stateNumber !== LISTEN &&
      !this.#listeners.ports.has(entry.localPort) &&
      (this.#destinationBuckets[destinationBucket(entry)] ?? 0) >= ports;
  }

  finish(
    atMs: number,
    source: SocketCensus['source'],
    destinations: readonly DestinationUse[],
  ): SocketCensus {
    const states: Partial<Record<TcpState, number>> = {};
    for (const [number, count] of this.#states.entries()) {
      const state = tcpStates[number];
      if (state !== undefined && count > 0) states[state] = count;
    }
    const groups = Object.fromEntries(this.#groups) as unknown as Record<SocketGroupName, SocketGroup>;
    return { atMs, states, source, groups, established: [...this.#established.values()], destinations };
  }
}

/** Sorts a socket into the group rules look at; most sockets belong to none. */
function groupOf(entry: CensusEntry): SocketGroupName | 'waiting' | undefined {
  switch (entry.state) {
    case 'ESTABLISHED':
    case 'CLOSE_WAIT':
      if (waitsInAcceptQueue(entry)) return 'waiting';
      if (entry.state === 'CLOSE_WAIT') return 'closeWait';
      return entry.timerNumber === ZERO_WINDOW_PROBE || (entry.timerNumber !== 0 && entry.retransmits > 0)
        ? 'unanswered'
        : undefined;
    case 'SYN_SENT':
      return 'synSent';
    case 'SYN_RECV':
      return 'synRecv';
    case 'FIN_WAIT1':
    case 'CLOSING':
      return 'finWait1';
    case 'FIN_WAIT2':
      return 'finWait2';
    case 'LAST_ACK':
      return 'lastAck';
    default:
      return undefined;
  }
}

function destinationBucket(entry: CensusEntry): number {
  return (Math.imul(entry.remoteAddressHash ^ entry.remotePort, 0x9e3779b1) >>> 16) % DESTINATION_BUCKETS;
}

/** Local ports in use per destination, fullest first. One bit a port: a crowded destination may hold tens of thousands. */
export class DestinationCounter {
  readonly #uses = new Map<
    number,
    {
      first: TcpSocket;
      ports: Uint8Array;
      use: { localPorts: number; timeWait: number; established: number };
    }
  >();

  /** Sockets are put together by a 32-bit hash of both addresses and the remote port. */
  add(entry: CensusEntry): void {
    const key =
      (Math.imul(entry.remoteAddressHash ^ entry.remotePort, 0x9e3779b1) ^ entry.localAddressHash) >>> 0;
    let counted = this.#uses.get(key);
    if (!counted) {
      counted = {
        first: entry.toSocket(),
        ports: new Uint8Array(8192),
        use: { localPorts: 0, timeWait: 0, established: 0 },
      };
      this.#uses.set(key, counted);
    }
    const { ports, use } = counted;
    const at = entry.localPort >> 3;
    const bit = 1 << (entry.localPort & 7);
    if (((ports[at] ?? 0) & bit) === 0) use.localPorts++;
    ports[at] = (ports[at] ?? 0) | bit;
    if (entry.state === 'TIME_WAIT') use.timeWait++;
    if (entry.state === 'ESTABLISHED') use.established++;
    if (counted.first.inode === 0 && entry.inode !== 0) counted.first = entry.toSocket();
  }

  finish(atLeast: number): readonly DestinationUse[] {
    return [...this.#uses.values()]
      .filter(({ use }) => use.localPorts >= atLeast)
      .sort((a, b) => b.use.localPorts - a.use.localPorts)
      .slice(0, KEPT_DESTINATIONS)
      .map(({ first, use }) => ({
        localAddress: first.localAddress,
        remoteAddress: first.remoteAddress,
        remotePort: first.remotePort,
        ...use,
        exampleInode: first.inode,
      }));
  }
}
