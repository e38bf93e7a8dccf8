import { closeSync, openSync } from 'node:fs';
import { inNamespace } from '../../kernel/netns/enter.ts';
import type { FoundNamespace } from '../../kernel/netns/find-namespaces.ts';
import { type ConntrackNow, readConntrack } from '../../kernel/procfs/conntrack.ts';
import { type Counters, readNetCounters, readSockstat } from '../../kernel/procfs/net-counters.ts';
import { readNetDev } from '../../kernel/procfs/net-dev.ts';
import { readTcpTable } from '../../kernel/procfs/tcp-table.ts';
import { readSysctl, readSysctls } from '../../kernel/sysctl/read-sysctls.ts';
import type {
  ConntrackObservation,
  Ends,
  InterfaceCounters,
  ListenerObservation,
  NamespaceObservation,
  PacketSample,
  SocketCensus,
} from '../../tcp/observation.ts';
import { absent, mapReading, ok, type Reading } from '../../tcp/reading.ts';
import { initialNamespaceSysctl, observedSysctls } from '../../tcp/sysctls.ts';
import { foreignNetDirectory } from '../foreign-net-directory.ts';
import type { ListenerTrack } from './listener-track.ts';
import { notEnterable } from './not-enterable.ts';
import { SocketWatch } from './socket-watch.ts';

interface Snapshot {
  readonly counters: Reading<Counters>;
  readonly sockstat: Reading<Counters>;
  readonly interfaces: Reading<readonly InterfaceCounters[]>;
  readonly conntrack: Reading<ConntrackNow>;
}

/** Everything about one network namespace, at both ends of the window and in between. The caller closes it. */
export class NamespaceObserver implements Disposable {
  readonly found: FoundNamespace;
  /** Held open so that the namespace can still be read when its last process has gone. */
  readonly #handle: number | undefined;
  readonly path: string | null;
  readonly enterable: boolean;
  readonly sockets: SocketWatch;
  #initial = false;
  #sysctls: Reading<Readonly<Record<string, string>>> = absent('sysctls', 'not read');
  #before: Snapshot | undefined;
  #after: Snapshot | undefined;
  #census: Reading<Ends<SocketCensus>> = absent('sockets', 'not read');
  #censusBefore: Reading<SocketCensus> = absent('sockets', 'not read');

  constructor(found: FoundNamespace, windowMs: number, intervalMs: number) {
    this.found = found;
    this.#handle = found.own ? undefined : openHandle(found.path);
    this.path = found.own ? null : this.#handle === undefined ? found.path : `/proc/self/fd/${this.#handle}`;
    this.enterable = found.own || this.#canEnter();
    this.sockets = new SocketWatch({
      namespacePath: this.path,
      enterable: this.enterable,
      readTable: () => this.#read(readTcpTable),
      windowMs,
      intervalMs,
    });
  }

  #canEnter(): boolean {
    try {
      return inNamespace(this.path, () => true);
    } catch {
      return false;
    }
  }

  /** Runs a reader with the right /proc/net directory, inside the namespace where possible. */
  #read<T>(read: (netDirectory: string) => Reading<T>): Reading<T> {
    if (this.enterable) return inNamespace(this.path, () => read('/proc/thread-self/net'));
    const directory = foreignNetDirectory(this.found);
    return directory === undefined ? notEnterable : read(directory);
  }

  /** Both ends say when they look: ages of sockets are compared with the time between. */
  begin(atMs: number): void {
    this.#before = this.#snapshot();
    this.#sysctls = this.enterable
      ? inNamespace(this.path, () => readSysctls(observedSysctls))
      : notEnterable;
    this.#initial =
      this.enterable && inNamespace(this.path, () => readSysctl(initialNamespaceSysctl) !== undefined);
    this.sockets.begin();
    this.#censusBefore = this.sockets.census('before', atMs, this.#localPortCount());
  }

  end(atMs: number): void {
    this.sockets.end();
    const after = this.sockets.census('after', atMs, this.#localPortCount());
    const before = this.#censusBefore;
    this.#census =
      before.status !== 'ok'
        ? before
        : mapReading(after, (value) => ({ before: before.value, after: value }));
    this.#after = this.#snapshot();
  }

  #snapshot(): Snapshot {
    return {
      counters: this.#read(readNetCounters),
      sockstat: this.#read(readSockstat),
      interfaces: this.#read(readNetDev),
      conntrack: this.enterable ? this.#read(readConntrack) : notEnterable,
    };
  }

  /** Counters as they are now; the difference to the start decides whether packets are worth capturing. */
  countersSinceStart(): (name: string) => number {
    const now = this.#read(readNetCounters);
    const start = this.#before?.counters;
    if (now.status !== 'ok' || start?.status !== 'ok') return () => 0;
    return (name) => (now.value[name] ?? 0) - (start.value[name] ?? 0);
  }

  trackList(): readonly ListenerTrack[] {
    const tracks = this.sockets.tracks();
    return tracks.status === 'ok' ? tracks.value : [];
  }

  /** Ports whose data segments are worth a sample: listeners with drops or a queue, else all listeners. */
  suspectPorts(): readonly number[] {
    const suspects = this.trackList().filter((track) => track.drops > 0 || track.queued);
    const chosen = suspects.length > 0 ? suspects : this.trackList();
    return [...new Set(chosen.map((track) => track.socket.localPort))];
  }

  #localPortCount(): number {
    const range =
      this.#sysctls.status === 'ok' ? this.#sysctls.value['net.ipv4.ip_local_port_range'] : undefined;
    const [from, to] = (range ?? '32768 60999').split(' ').map(Number);
    return (to ?? 60_999) - (from ?? 32_768) + 1;
  }

  /** Inodes whose owner a reader of the report will ask for: listeners first. */
  wantedInodes(): { listeners: number[]; others: number[] } {
    const others: number[] = [];
    for (const census of this.#censuses()) {
      for (const name of ['closeWait', 'unanswered', 'finWait1', 'finWait2', 'synSent'] as const) {
        others.push(...census.groups[name].kept.map((socket) => socket.inode));
      }
      others.push(...census.established.flatMap((summary) => summary.exampleInodes));
      others.push(...census.destinations.map((use) => use.exampleInode));
    }
    return { listeners: this.sockets.listenerInodes(), others: others.filter((inode) => inode !== 0) };
  }

  #censuses(): readonly SocketCensus[] {
    if (this.#census.status === 'ok') return [this.#census.value.before, this.#census.value.after];
    return this.#censusBefore.status === 'ok' ? [this.#censusBefore.value] : [];
  }

  finish(
    ownersOf: (inode: number) => readonly number[],
    packets: Reading<PacketSample>,
  ): NamespaceObservation {
    const before = this.#before ?? this.#snapshot();
    const after = this.#after ?? before;
    return {
      inode: this.found.inode,
      names: this.#initial
        ? ['host', ...this.found.names.filter((name) => name !== 'host')]
        : this.found.names,
      pids: this.found.pids.slice(0, 100),
      initial: this.#initial,
      own: this.found.own,
      listeners: this.#listeners(ownersOf),
      owners: this.#owners(ownersOf),
      sockets: this.#census,
      repeatedConnects: this.sockets.repeatedConnects,
      counters: bothEnds(before.counters, after.counters),
      sysctls: this.#sysctls,
      sockstat: bothEnds(before.sockstat, after.sockstat),
      interfaces: bothEnds(before.interfaces, after.interfaces),
      conntrack: conntrackEnds(before.conntrack, after.conntrack),
      packets,
    };
  }

  #listeners(ownersOf: (inode: number) => readonly number[]): Reading<readonly ListenerObservation[]> {
    return mapReading(this.sockets.tracks(), (tracks: readonly ListenerTrack[]) =>
      tracks.map((track) => track.finish(ownersOf(track.socket.inode))),
    );
  }

  #owners(ownersOf: (inode: number) => readonly number[]): Readonly<Record<string, readonly number[]>> {
    const { listeners, others } = this.wantedInodes();
    const found = [...listeners, ...others].map((inode) => [String(inode), ownersOf(inode)] as const);
    return Object.fromEntries(found.filter(([, pids]) => pids.length > 0));
  }

  [Symbol.dispose](): void {
    this.sockets[Symbol.dispose]();
    if (this.#handle !== undefined) closeSync(this.#handle);
  }
}

function openHandle(path: string | null): number | undefined {
  if (path === null) return undefined;
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}

function bothEnds<T>(before: Reading<T>, after: Reading<T>): Reading<Ends<T>> {
  if (before.status !== 'ok') return before;
  return mapReading(after, (value) => ({ before: before.value, after: value }));
}

function conntrackEnds(
  before: Reading<ConntrackNow>,
  after: Reading<ConntrackNow>,
): Reading<ConntrackObservation> {
  if (before.status !== 'ok') return before;
  if (after.status !== 'ok') return after;
  const stat =
    before.value.stat && after.value.stat
      ? { stat: { before: before.value.stat, after: after.value.stat } }
      : {};
  return ok({
    count: { before: before.value.count, after: after.value.count },
    max: after.value.max,
    ...stat,
  });
}
