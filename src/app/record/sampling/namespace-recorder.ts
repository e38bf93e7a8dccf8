import { formatEndpoint } from '../../../base/ip-text.ts';
import { type DumpRequest, extensions } from '../../../kernel/netlink/sock-diag-request.ts';
import type { FoundNamespace } from '../../../kernel/netns/find-namespaces.ts';
import { readingValue } from '../../../tcp/reading.ts';
import type { Family, TcpState } from '../../../tcp/socket.ts';
import { counterTrouble, queueTrouble } from '../../observe/capture-reason.ts';
import { ListenerMatch, listenerKey } from '../../observe/listener-match.ts';
import { NamespaceAccess, type NamespaceSnapshot } from '../../observe/namespace-access.ts';
import { ObservationWindow } from '../judging/observation-window.ts';
import { ListenerSecond } from './listener-second.ts';
import { namespaceSecond } from './namespace-second.ts';

const listening: DumpRequest = { family: 'both', states: ['LISTEN'], extensions: extensions.skMemInfo };
const halfOpen: DumpRequest = { family: 'both', states: ['SYN_RECV'], extensions: 0 };

type StateCounts = Readonly<Partial<Record<TcpState, number>>>;

/** Two windows stand at any time, so that one always has seen some seconds. */
const WINDOW_EVERY_MS = 5000;
const WINDOWS = 2;

/** One address and port that is listened on, with all sockets that share it. */
export interface RecordedListener {
  /** "web 0.0.0.0:80" */
  readonly identity: string;
  readonly family: Family;
  readonly address: string;
  readonly port: number;
  readonly inodes: Set<number>;
  readonly second: ListenerSecond;
}

export interface Trouble {
  /** The same for the same trouble of the same thing. */
  readonly key: string;
  /** "a listener drops connections" */
  readonly because: string;
}

/** One network namespace, looked at ten times a second. The caller closes it. */
export class NamespaceRecorder implements Disposable {
  readonly access: NamespaceAccess;
  readonly name: string;
  readonly listeners = new Map<string, RecordedListener>();
  readonly #byInode = new Map<number, RecordedListener>();
  readonly #match = new ListenerMatch();
  #windows: ObservationWindow[] = [];
  #snapshot: NamespaceSnapshot | undefined;
  #before: NamespaceSnapshot | undefined;
  #counterTrouble: string | undefined;
  #synRecv: number | undefined;
  #states: StateCounts | undefined;

  constructor(found: FoundNamespace) {
    this.access = new NamespaceAccess(found);
    this.name = this.access.names[0] ?? `net:[${found.inode}]`;
  }

  /** Its processes as they are now. */
  refresh(found: FoundNamespace): void {
    this.access.found = found;
  }

  /** One look at all listeners. `nowMs` of a clock that does not go back. */
  round(nowMs: number): void {
    if (this.access.diag.status !== 'ok') return;
    const { value: diag } = this.access.diag;
    diag.dump(listening, (message) => {
      const { inode } = message;
      const listener = this.#byInode.get(inode) ?? this.#meet(message.toSocket());
      listener.second.sample(inode, message.receiveQueue, message.sendQueue, message.drops);
      for (const window of this.#windows) window.sample(nowMs, message);
    });
    for (const { second } of this.listeners.values()) second.endRound();
  }

  #meet(socket: {
    readonly family: Family;
    readonly localAddress: string;
    readonly localPort: number;
    readonly inode: number;
  }): RecordedListener {
    const { family, localAddress: address, localPort: port, inode } = socket;
    const key = listenerKey({ family, address, port });
    let listener = this.listeners.get(key);
    if (listener === undefined) {
      const identity = `${this.name} ${formatEndpoint(address, port)}`;
      listener = { identity, family, address, port, inodes: new Set(), second: new ListenerSecond() };
      this.listeners.set(key, listener);
      this.#match.add({ family, address, port });
    }
    listener.inodes.add(inode);
    this.#byInode.set(inode, listener);
    return listener;
  }

  /** Those that no longer listen; to be called after a second was taken. */
  forgetGone(): void {
    for (const [key, listener] of this.listeners) {
      if (!listener.second.isOver) continue;
      this.listeners.delete(key);
      for (const inode of listener.inodes) this.#byInode.delete(inode);
    }
  }

  /** Counts half-open requests for each listener: a walk through the table of sockets. */
  lookAtRequests(): void {
    if (this.access.diag.status !== 'ok') return;
    const counts = new Map<string, number>();
    let all = 0;
    this.access.diag.value.dump(halfOpen, (message) => {
      all++;
      const key = this.#match.find(message.family, message.localAddress, message.localPort) ?? '';
      counts.set(key, (counts.get(key) ?? 0) + 1);
    });
    this.#synRecv = all;
    for (const [key, { second }] of this.listeners) second.requestsSeen(counts.get(key) ?? 0);
  }

  /** Reads counters; windows begin and end with it. Once a second. */
  lookAtCounters(nowMs: number, nowAtMs: number): void {
    const newest = this.#windows.at(-1);
    const isBegin = newest === undefined || newest.ageMs(nowMs) >= WINDOW_EVERY_MS;
    this.#before = this.#snapshot;
    this.#snapshot =
      isBegin || this.#snapshot === undefined
        ? this.access.snapshot()
        : this.access.countersNow(this.#snapshot);
    this.#counterTrouble = counterTrouble((counter) => this.#rise(counter));
    if (!isBegin) return;
    const window = new ObservationWindow(this.access, this.#snapshot, nowMs, nowAtMs);
    this.#windows = [...this.#windows.slice(-(WINDOWS - 1)), window];
  }

  /** Rises of counters in the last second. */
  #rise(counter: string): number {
    const [from, to] = [this.#before?.counters, this.#snapshot?.counters];
    if (from?.status !== 'ok' || to?.status !== 'ok') return 0;
    return Math.max(0, (to.value[counter] ?? 0) - (from.value[counter] ?? 0));
  }

  /** What asks for a closer look now: queues of the last round, counters of the last second. */
  troubles(): readonly Trouble[] {
    const found: Trouble[] = [];
    for (const { identity, second } of this.listeners.values()) {
      // Ten times a second, and nearly always nothing.
      if (second.drops === 0 && !second.pressed) continue;
      const because = queueTrouble([second]);
      if (because !== undefined) found.push({ key: `${because} ${identity}`, because });
    }
    const because = this.#counterTrouble;
    if (because !== undefined) found.push({ key: because, because });
    return found;
  }

  /** The window that has seen most; it goes on being fed until it is given back or dropped. */
  get oldestWindow(): ObservationWindow | undefined {
    return this.#windows[0];
  }

  /** A window that was ended is replaced. */
  drop(window: ObservationWindow): void {
    this.#windows = this.#windows.filter((one) => one !== window);
  }

  /** Counts all sockets as the newest window begins, so that it can be judged without anything having moved: a walk. */
  countSockets(nowMs: number): void {
    const { observer } = this.#windows.at(-1) ?? {};
    if (observer === undefined || observer.isCounted) return;
    observer.countBefore(nowMs - (this.#windows.at(-1)?.beganMs ?? nowMs));
    this.#states = readingValue(observer.counted)?.states;
  }

  /** The newest window has only just begun and nobody has counted for it. */
  get awaitsCount(): boolean {
    return this.#windows.at(-1)?.observer.isCounted === false;
  }

  statesSeen(states: StateCounts | undefined): void {
    this.#states = states;
  }

  /** Of the whole kernel, in pages. */
  get tcpMemoryPages(): number | undefined {
    return this.#snapshot && readingValue(this.#snapshot.sockstat)?.['TCP.mem'];
  }

  /** The listener that a connection to this address and port belongs to. */
  listenerAt(family: Family, address: string, port: number): RecordedListener | undefined {
    const key = this.#match.find(family, address, port);
    return key === undefined ? undefined : this.listeners.get(key);
  }

  /** Values in the order of `namespaceChannels`. */
  takeSecond(): Int32Array {
    const [synRecv, states, now] = [this.#synRecv, this.#states, this.#snapshot];
    this.#synRecv = undefined;
    this.#states = undefined;
    return namespaceSecond({
      before: this.#before && readingValue(this.#before.counters),
      now: now && readingValue(now.counters),
      sockstat: now && readingValue(now.sockstat),
      conntrack: now && readingValue(now.conntrack),
      states,
      synRecv,
      initial: this.access.initial,
    });
  }

  [Symbol.dispose](): void {
    this.access[Symbol.dispose]();
  }
}
