import type { InetDiagMessage } from '../../kernel/netlink/inet-diag-message.ts';
import type { SockDiag } from '../../kernel/netlink/sock-diag.ts';
import { type DumpRequest, extensions } from '../../kernel/netlink/sock-diag-request.ts';
import type { DestinationUse, SocketCensus } from '../../tcp/observation.ts';
import { absent, ok, type Reading } from '../../tcp/reading.ts';
import {
  connectionStates,
  type Family,
  socketTimers,
  stateNumber,
  type TcpSocket,
  type TcpState,
} from '../../tcp/socket.ts';
import { ListenerMatch } from './listener-match.ts';
import { ListenerTrack } from './listener-track.ts';
import { CensusBuilder, type CensusEntry, DestinationCounter } from './socket-census.ts';

const families: readonly Family[] = ['ipv4', 'ipv6'];

/** Enough to tell that some of them last. */
const MOST_CONNECTING = 1000;

function requests(states: readonly TcpState[], extension: number): readonly DumpRequest[] {
  return families.map((family) => ({ family, states, extensions: extension }));
}

/** What is asked of sock_diag, made once: SockDiag recognises a request that it has encoded before. */
const ask = {
  listeners: requests(['LISTEN'], extensions.skMemInfo),
  halfOpen: requests(['SYN_RECV', 'SYN_SENT'], 0),
  connections: requests(connectionStates, 0),
  connectionsWithInfo: requests(connectionStates, extensions.info),
} as const;

export interface SocketWatchOptions {
  /** Of the namespace; closed by whoever opened it. */
  readonly diag: Reading<SockDiag>;
  /** /proc/net/tcp of the namespace, for when sock_diag is out of reach. */
  readonly readTable: () => Reading<readonly TcpSocket[]>;
  readonly windowMs: number;
  readonly intervalMs: number;
}

/** The sockets of one namespace through the window: listeners sampled, all others counted at both ends. */
export class SocketWatch {
  readonly #options: SocketWatchOptions;
  readonly #diag: Reading<SockDiag>;
  /** By the number of the cookie; by its text where a table of /proc has no number. */
  readonly #tracks = new Map<number | string, ListenerTrack>();
  readonly #match = new ListenerMatch();
  #connecting: ReadonlySet<string> = new Set();
  #connectsWait = false;
  readonly #repeatedConnects = new Map<string, TcpSocket>();
  #listenersRead: Reading<true> = absent('listeners', 'not read');

  constructor(options: SocketWatchOptions) {
    this.#options = options;
    this.#diag = options.diag;
  }

  begin(): void {
    this.#listenersRead = this.#readListeners(false);
  }

  /** Reads LISTEN sockets; new ones start a track. Falls back to /proc/net/tcp, which has neither limit nor drops. */
  #readListeners(bornInWindow: boolean): Reading<true> {
    const byDiag = this.#dump(ask.listeners, (message) => {
      if (!this.#tracks.has(message.cookieNumber))
        this.#track(message.cookieNumber, message.toSocket(), bornInWindow, true);
    });
    if (byDiag.status === 'ok') return ok(true);
    const table = this.#options.readTable();
    if (table.status !== 'ok') return byDiag;
    for (const socket of table.value) {
      if (socket.state === 'LISTEN' && !this.#tracks.has(socket.cookie))
        this.#track(socket.cookie, socket, bornInWindow, false);
    }
    return ok(true);
  }

  #track(key: number | string, socket: TcpSocket, bornInWindow: boolean, limitKnown: boolean): ListenerTrack {
    const { windowMs, intervalMs } = this.#options;
    this.#match.add({ family: socket.family, address: socket.localAddress, port: socket.localPort });
    const track = new ListenerTrack(socket, { windowMs, intervalMs, bornInWindow, limitKnown });
    this.#tracks.set(key, track);
    return track;
  }

  #dump(requests: readonly DumpRequest[], visit: (message: InetDiagMessage) => void): Reading<true> {
    return this.#diag.status === 'ok' ? this.#diag.value.dumpAll(requests, visit) : this.#diag;
  }

  get sampled(): boolean {
    return this.#diag.status === 'ok' && this.#listenersRead.status === 'ok';
  }

  sampleListeners(atMs: number): void {
    if (!this.sampled) return;
    this.#dump(ask.listeners, (message) => this.sample(atMs, message));
  }

  /** One listener of a dump that somebody made. */
  sample(atMs: number, message: InetDiagMessage): void {
    const key = message.cookieNumber;
    const track = this.#tracks.get(key) ?? this.#track(key, message.toSocket(), true, true);
    track.sample(atMs, message);
  }

  /** Whether a connection of our own has been seen in SYN_SENT twice: no round trip is that long. No counter tells of programs that give up early. */
  get connectsWait(): boolean {
    return this.#connectsWait;
  }

  /** In SYN_SENT with a repeated SYN at some look of the window, as last seen. */
  get repeatedConnects(): readonly TcpSocket[] {
    return [...this.#repeatedConnects.values()];
  }

  #remember(message: InetDiagMessage): void {
    const { cookie } = message;
    if (this.#repeatedConnects.size < MOST_CONNECTING || this.#repeatedConnects.has(cookie))
      this.#repeatedConnects.set(cookie, message.toSocket());
  }

  /** Counts half-open requests per listener: the SYN queue has no counter of its own in sock_diag. */
  sampleRequests(): void {
    if (!this.sampled) return;
    const requests = new Map<string, number>();
    const connecting = new Set<string>();
    this.#dump(ask.halfOpen, (message) => {
      if (message.state === 'SYN_SENT') {
        if (connecting.size < MOST_CONNECTING) connecting.add(message.cookie);
        if (message.retransmits > 0) this.#remember(message);
        return;
      }
      const key = this.#match.find(message.family, message.localAddress, message.localPort) ?? '';
      requests.set(key, (requests.get(key) ?? 0) + 1);
    });
    this.#connectsWait ||= [...connecting].some((cookie) => this.#connecting.has(cookie));
    this.#connecting = connecting;
    for (const track of this.#tracks.values()) track.requestsSeen(requests.get(track.key) ?? 0);
  }

  end(): void {
    if (this.#listenersRead.status !== 'ok') return;
    const seen = new Map<number | string, { length: number; limit: number; drops: number | undefined }>();
    const byDiag = this.#dump(ask.listeners, (message) => {
      const key = message.cookieNumber;
      if (!this.#tracks.has(key)) this.#track(key, message.toSocket(), true, true);
      seen.set(key, {
        length: message.receiveQueue,
        limit: message.sendQueue,
        drops: message.drops,
      });
    });
    if (byDiag.status !== 'ok') {
      const table = this.#options.readTable();
      if (table.status !== 'ok') return;
      for (const socket of table.value) {
        if (socket.state === 'LISTEN')
          seen.set(socket.cookie, { length: socket.receiveQueue, limit: 0, drops: undefined });
      }
    }
    for (const [key, track] of this.#tracks) track.end(seen.has(key), seen.get(key));
  }

  /** Counts every socket. Destinations are looked at more closely only when one holds half of the local ports. */
  census(when: 'before' | 'after', atMs: number, localPorts: number): Reading<SocketCensus> {
    const builder = new CensusBuilder(this.#match);
    let rows: readonly TcpSocket[] = [];
    let source: SocketCensus['source'] = 'sock_diag';
    const byDiag = this.#dump(ask.connectionsWithInfo, (message) => builder.add(message));
    if (byDiag.status !== 'ok') {
      const table = this.#options.readTable();
      if (table.status !== 'ok') return byDiag;
      source = 'procfs';
      rows = table.value.filter((socket) => socket.state !== 'LISTEN');
      for (const socket of rows) builder.add(asEntry(socket));
    }
    for (const track of this.#tracks.values()) {
      track.census(when, builder.waiting.get(track.key) ?? [], builder.requests.get(track.key) ?? 0);
    }
    const destinations = when === 'after' ? this.#crowdedDestinations(builder, rows, localPorts) : [];
    return ok(builder.finish(atMs, source, destinations));
  }

  #crowdedDestinations(
    builder: CensusBuilder,
    rows: readonly TcpSocket[],
    localPorts: number,
  ): readonly DestinationUse[] {
    const enough = Math.max(2, Math.ceil(localPorts / 2));
    const crowded = builder.crowdedDestinations(enough);
    if (!crowded) return [];
    const counter = new DestinationCounter();
    for (const entry of rows.map(asEntry)) if (crowded(entry)) counter.add(entry);
    this.#dump(ask.connections, (message) => {
      if (crowded(message)) counter.add(message);
    });
    return counter.finish(enough);
  }

  tracks(): Reading<readonly ListenerTrack[]> {
    return this.#listenersRead.status === 'ok' ? ok([...this.#tracks.values()]) : this.#listenersRead;
  }

  listenerInodes(): number[] {
    return [...this.#tracks.values()].map((track) => track.socket.inode).filter((inode) => inode !== 0);
  }
}

/** A row of /proc/net/tcp in the dress of a sock_diag message. */
function asEntry(socket: TcpSocket): CensusEntry {
  return {
    stateNumber: stateNumber(socket.state),
    state: socket.state,
    timerNumber: socketTimers.indexOf(socket.timer),
    retransmits: socket.retransmits,
    localPort: socket.localPort,
    remotePort: socket.remotePort,
    remoteAddressHash: textHash(socket.remoteAddress),
    localAddressHash: textHash(socket.localAddress),
    inode: socket.inode,
    silentMs: -1,
    toSocket: () => socket,
  };
}

function textHash(text: string): number {
  let hash = 0;
  for (const character of text) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0;
  return hash;
}
