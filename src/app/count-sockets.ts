import { unmapIpv4 } from '../base/ip-text.ts';
import { SockDiag } from '../kernel/netlink/sock-diag.ts';
import type { FoundNamespace } from '../kernel/netns/find-namespaces.ts';
import { findNamespaces } from '../kernel/netns/find-namespaces.ts';
import { selectNamespaces } from '../kernel/netns/select-namespaces.ts';
import { findSocketOwners } from '../kernel/processes/find-socket-owners.ts';
import { readIdentity } from '../kernel/processes/sample-process.ts';
import { readTcpTable } from '../kernel/procfs/tcp-table.ts';
import { explainMissing, type MissingReading, ok, type Reading } from '../tcp/reading.ts';
import {
  connectionStates,
  type Family,
  stateNumber,
  type TcpSocket,
  type TcpState,
  tcpStates,
} from '../tcp/socket.ts';
import { foreignNetDirectory } from './foreign-net-directory.ts';
import { notEnterable } from './observe/not-enterable.ts';
import { requireLinux } from './require-linux.ts';
import { countStatesCheaply } from './state-counts.ts';

export type SocketGrouping = 'state' | 'listener' | 'peer' | 'process';

export interface SocketQuery {
  readonly by: SocketGrouping;
  readonly netns: string;
  /** Empty: all. */
  readonly states: readonly TcpState[];
  /** Local or remote; empty: all. */
  readonly ports: readonly number[];
}

export interface SocketCount {
  readonly key: string;
  readonly count: number;
  readonly states: Readonly<Record<string, number>>;
}

export interface SocketCounts {
  readonly total: number;
  /** Largest first. */
  readonly groups: readonly SocketCount[];
  /** Namespaces that could not be read, with the reason. */
  readonly missing: readonly string[];
}

/** The few fields of a socket that counting needs; a sock_diag cursor and a row of /proc/net/tcp both have them. */
type CountedSocket = Pick<
  TcpSocket,
  'localAddress' | 'localPort' | 'remoteAddress' | 'remotePort' | 'inode'
> & {
  readonly stateNumber: number;
};

const allStates: readonly TcpState[] = [...connectionStates, 'LISTEN'];

/** Counts sockets as a dump streams by; memory grows with the number of groups, not of sockets. */
export async function countSockets(query: SocketQuery): Promise<SocketCounts> {
  requireLinux('count sockets');
  const tally = new Tally(query);
  const missing: string[] = [];
  const namespaces = selectNamespaces(query.netns, findNamespaces());
  for (const namespace of namespaces) {
    if (query.by === 'listener') {
      readSockets(namespace, { ...query, states: ['LISTEN'], ports: [] }, (socket) =>
        tally.listensOn(socket.localPort),
      );
    }
    const read = readSockets(
      namespace,
      query,
      (socket) => tally.add(socket),
      (counts) => tally.addStates(counts),
    );
    if (read.status !== 'ok')
      missing.push(`${namespace.names[0] ?? `net:[${namespace.inode}]`}: ${explainMissing(read)}`);
  }
  if (query.by === 'process') await tally.nameProcesses(namespaces.flatMap((namespace) => namespace.pids));
  return { ...tally.finish(), missing };
}

function readSockets(
  namespace: FoundNamespace,
  query: SocketQuery,
  visit: (socket: CountedSocket) => void,
  addStates: (counts: Uint32Array) => void = () => {},
): Reading<true> {
  const states = query.states.length > 0 ? query.states : allStates;
  const diag = namespace.enterable ? SockDiag.open(namespace.path) : undefined;
  if (diag?.status !== 'ok') return readFromProc(namespace, query, states, visit, diag);
  using socket = diag.value;
  if (query.by === 'state' && query.states.length === 0 && query.ports.length === 0) {
    const cheap = countStatesCheaply(socket, namespace.path, ['ipv4', 'ipv6']);
    if (cheap?.status === 'ok') {
      addStates(cheap.value);
      return ok(true);
    }
  }
  for (const family of ['ipv4', 'ipv6'] satisfies Family[]) {
    const ports = query.ports.length > 0 ? { ports: query.ports } : {};
    const dumped = socket.dump({ family, states, extensions: 0, ...ports }, visit);
    if (dumped.status === 'ok' || (family === 'ipv6' && dumped.status === 'unsupported')) continue;
    // Sockets that were shown before a dump broke off must not be counted twice.
    if (family === 'ipv6' || dumped.status === 'malformed') return dumped;
    return readFromProc(namespace, query, states, visit, dumped);
  }
  return ok(true);
}

/** Without sock_diag the table in /proc serves: it has everything that is counted here. */
function readFromProc(
  namespace: FoundNamespace,
  query: SocketQuery,
  states: readonly TcpState[],
  visit: (socket: CountedSocket) => void,
  reason: MissingReading | undefined,
): Reading<true> {
  const directory = namespace.own ? '/proc/thread-self/net' : foreignNetDirectory(namespace);
  const table = directory === undefined ? (reason ?? notEnterable) : readTcpTable(directory);
  if (table.status !== 'ok') return table;
  for (const socket of table.value) {
    const wanted =
      query.ports.length === 0 ||
      query.ports.some((port) => port === socket.localPort || port === socket.remotePort);
    if (wanted && states.includes(socket.state)) visit({ ...socket, stateNumber: stateNumber(socket.state) });
  }
  return ok(true);
}

class Tally {
  readonly #keyOf: (socket: CountedSocket) => string | number;
  readonly #groups = new Map<string | number, Uint32Array>();
  readonly #by: SocketGrouping;
  readonly #names = new Map<number, string>();

  readonly #listening = new Set<number>();

  constructor({ by }: SocketQuery) {
    this.#by = by;
    this.#keyOf = by === 'listener' ? (socket) => this.#listenerPort(socket) : keyReaders[by];
  }

  listensOn(port: number): void {
    this.#listening.add(port);
  }

  #listenerPort({ localPort }: CountedSocket): string | number {
    return this.#listening.has(localPort) ? localPort : 'outgoing (no listener on the local port)';
  }

  add(socket: CountedSocket): void {
    const key = this.#keyOf(socket);
    let counts = this.#groups.get(key);
    if (!counts) {
      counts = new Uint32Array(tcpStates.length);
      this.#groups.set(key, counts);
    }
    counts[socket.stateNumber] = (counts[socket.stateNumber] ?? 0) + 1;
  }

  addStates(counts: Uint32Array): void {
    const sum = this.#groups.get(0) ?? new Uint32Array(tcpStates.length);
    counts.forEach((count, state) => {
      sum[state] = (sum[state] ?? 0) + count;
    });
    this.#groups.set(0, sum);
  }

  /** Turns groups by inode into groups by process. */
  async nameProcesses(pids: readonly number[]): Promise<void> {
    const inodes = new Set([...this.#groups.keys()].map(Number).filter((inode) => inode !== 0));
    const owners = await findSocketOwners(inodes, [...new Set(pids)], () => Promise.resolve(), {
      oneHolder: inodes,
    });
    const merged = new Map<string, Uint32Array>();
    for (const [inode, counts] of this.#groups) {
      const key = this.#processName(Number(inode), owners.pidsByInode.get(Number(inode))?.[0]);
      const sum = merged.get(key) ?? new Uint32Array(tcpStates.length);
      counts.forEach((count, state) => {
        sum[state] = (sum[state] ?? 0) + count;
      });
      merged.set(key, sum);
    }
    this.#groups.clear();
    for (const [key, counts] of merged) this.#groups.set(key, counts);
  }

  #processName(inode: number, pid: number | undefined): string {
    if (inode === 0) return 'none (half-open, waiting to be accepted, or closed by its process)';
    if (pid === undefined)
      return 'no visible process (root sees all but those hidden by another pid namespace)';
    let name = this.#names.get(pid);
    if (name === undefined) {
      const identity = readIdentity(pid);
      name = `${identity.status === 'ok' ? identity.value.name : '?'} (pid ${pid})`;
      this.#names.set(pid, name);
    }
    return name;
  }

  finish(): Pick<SocketCounts, 'total' | 'groups'> {
    const groups = [...this.#groups].flatMap(([key, counts]) => this.#rows(String(key), counts));
    groups.sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1));
    return { total: groups.reduce((sum, group) => sum + group.count, 0), groups };
  }

  #rows(key: string, counts: Uint32Array): SocketCount[] {
    const states: Record<string, number> = {};
    let count = 0;
    counts.forEach((number, state) => {
      const name = tcpStates[state];
      if (name === undefined || number === 0) return;
      states[name] = number;
      count += number;
    });
    if (this.#by !== 'state') return [{ key, count, states }];
    return Object.entries(states).map(([state, number]) => ({
      key: state,
      count: number,
      states: { [state]: number },
    }));
  }
}

const keyReaders: Readonly<
  Record<Exclude<SocketGrouping, 'listener'>, (socket: CountedSocket) => string | number>
> = {
  state: () => 0,
  peer: (socket) => unmapIpv4(socket.remoteAddress),
  process: (socket) => socket.inode,
};
