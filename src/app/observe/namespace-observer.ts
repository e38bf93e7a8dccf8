import type { ConntrackNow } from '../../kernel/procfs/conntrack.ts';
import { readNetCounters } from '../../kernel/procfs/net-counters.ts';
import { readTcpTable } from '../../kernel/procfs/tcp-table.ts';
import type {
  ConntrackObservation,
  Ends,
  ListenerObservation,
  NamespaceObservation,
  PacketSample,
  SocketCensus,
} from '../../tcp/observation.ts';
import { absent, mapReading, ok, type Reading } from '../../tcp/reading.ts';
import type { ListenerTrack } from './listener-track.ts';
import type { NamespaceAccess, NamespaceSnapshot } from './namespace-access.ts';
import { SocketWatch } from './socket-watch.ts';

/** Everything about one network namespace, at both ends of a window and in between. */
export class NamespaceObserver {
  readonly access: NamespaceAccess;
  readonly sockets: SocketWatch;
  #sysctls: Reading<Readonly<Record<string, string>>> | undefined;
  #before: NamespaceSnapshot | undefined;
  #after: NamespaceSnapshot | undefined;
  #census: Reading<Ends<SocketCensus>> = absent('sockets', 'not counted');
  #censusBefore: Reading<SocketCensus> = absent('sockets', 'not counted');

  constructor(access: NamespaceAccess, windowMs: number, intervalMs: number) {
    this.access = access;
    this.sockets = new SocketWatch({
      diag: access.diag,
      readTable: () => access.read(readTcpTable),
      windowMs,
      intervalMs,
    });
  }

  /** `snapshot`: where one was taken just now. */
  begin(snapshot = this.access.snapshot()): void {
    this.#before = snapshot;
    this.sockets.begin();
  }

  get isCounted(): boolean {
    return this.#censusBefore.status === 'ok';
  }

  /** All sockets at the begin, or when `countBefore` was called. */
  get counted(): Reading<SocketCensus> {
    return this.#censusBefore;
  }

  /** Counts all sockets, which `end` does once more. Both say when they look: ages of sockets are compared with the time between. */
  countBefore(atMs: number): void {
    this.#censusBefore = this.sockets.census('before', atMs, this.#localPortCount());
  }

  end(atMs: number): void {
    this.sockets.end();
    const before = this.#censusBefore;
    if (before.status !== 'ok') this.#census = before;
    else {
      const after = this.sockets.census('after', atMs, this.#localPortCount());
      this.#census = mapReading(after, (value) => ({ before: before.value, after: value }));
    }
    this.#after = this.access.snapshot();
  }

  /** Counters as they are now; the difference to the start decides whether packets are worth capturing. */
  countersSinceStart(now = this.access.read(readNetCounters)): (name: string) => number {
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

  #parameters(): Reading<Readonly<Record<string, string>>> {
    this.#sysctls ??= this.access.sysctls();
    return this.#sysctls;
  }

  #localPortCount(): number {
    const sysctls = this.#parameters();
    const range = sysctls.status === 'ok' ? sysctls.value['net.ipv4.ip_local_port_range'] : undefined;
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
    const { access } = this;
    const before = this.#before ?? access.snapshot();
    const after = this.#after ?? before;
    return {
      inode: access.found.inode,
      names: access.names,
      pids: access.found.pids.slice(0, 100),
      initial: access.initial,
      own: access.found.own,
      listeners: this.#listeners(ownersOf),
      owners: this.#owners(ownersOf),
      sockets: this.#census,
      repeatedConnects: this.sockets.repeatedConnects,
      counters: bothEnds(before.counters, after.counters),
      sysctls: this.#parameters(),
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
