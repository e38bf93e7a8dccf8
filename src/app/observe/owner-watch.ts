import { findSocketOwners } from '../../kernel/processes/find-socket-owners.ts';
import { ProcessWatch } from '../../kernel/processes/process-watch.ts';
import { allPids } from '../../kernel/processes/read-process-file.ts';
import type { ProcessObservation } from '../../tcp/observation.ts';
import { denied, ok, type Reading } from '../../tcp/reading.ts';
import type { NamespaceObserver } from './namespace-observer.ts';

/** How many descriptors are looked at for sockets that are no listeners, in the window and at its end: about 0.1 s of processor time each. */
const thorough = { others: 20_000, late: 30_000 } as const;

/** Finds the processes behind sockets while the window runs, and watches what they do. */
export class OwnerWatch {
  readonly #pids: Map<number, readonly number[]>;
  readonly #most: { readonly others: number; readonly late: number };
  #watch: ProcessWatch | undefined;
  #deniedPids = 0;
  #beganAtMs: number | undefined;

  /** `known`: owners that were found earlier, by inode; what is found now is added to it. */
  constructor(
    known = new Map<number, readonly number[]>(),
    most: { readonly others: number; readonly late: number } = thorough,
  ) {
    this.#pids = known;
    this.#most = most;
  }

  /**
   * Listeners first, so that their processes are watched for most of the window; then the rest, which only need a name.
   * `pause` gives the event loop back between slices of the search.
   */
  async begin(
    observers: readonly NamespaceObserver[],
    pause: () => Promise<void>,
    nowMs: () => number,
    stop: () => boolean,
  ): Promise<void> {
    this.#beganAtMs = nowMs();
    const wanted = observers.map((observer) => observer.wantedInodes());
    const listeners = new Set(wanted.flatMap((one) => one.listeners));
    const near = [...new Set(observers.flatMap((observer) => observer.access.found.pids))];
    await this.#find(this.#notFound(listeners), near, new Set(), pause, { stop });
    // A process may hold a listener of a namespace it does not live in (a descriptor passed on, setns(2)).
    const missing = this.#notFound(listeners);
    const nearby = new Set(near);
    const far = allPids().filter((pid) => !nearby.has(pid));
    if (far.length > 0) await this.#find(missing, far, new Set(), pause, { stop });
    this.#watch = new ProcessWatch([...listeners].flatMap((inode) => this.ownersOf(inode)));
    this.#watch.begin(nowMs());
    const others = this.#notFound(wanted.flatMap((one) => one.others));
    await this.#find(others, near, others, pause, { stop, maxDescriptors: this.#most.others });
  }

  #notFound(inodes: Iterable<number>): ReadonlySet<number> {
    return new Set([...inodes].filter((inode) => !this.#pids.has(inode)));
  }

  async #find(
    wanted: ReadonlySet<number>,
    pids: readonly number[],
    oneHolder: ReadonlySet<number>,
    pause: () => Promise<void>,
    limits: { readonly maxDescriptors?: number; readonly stop?: () => boolean },
  ): Promise<void> {
    if (wanted.size === 0) return;
    const found = await findSocketOwners(wanted, pids, pause, { oneHolder, ...limits });
    for (const [inode, holders] of found.pidsByInode) this.#pids.set(inode, holders);
    this.#deniedPids = Math.max(this.#deniedPids, found.deniedPids.length);
  }

  look(nowMs: number): void {
    this.#watch?.look(nowMs);
  }

  /** Sockets that turned up late are looked for as well, with a bounded effort. */
  async end(
    observers: readonly NamespaceObserver[],
    nowMs: () => number,
  ): Promise<Reading<readonly ProcessObservation[]>> {
    const watched = this.#watch?.end(nowMs()) ?? new Map<number, ProcessObservation>();
    const wanted = observers.map((observer) => observer.wantedInodes());
    const inodes = new Set(wanted.flatMap((one) => [...one.listeners, ...one.others]));
    const late = this.#notFound(inodes);
    await this.#find(late, allPids(), late, () => Promise.resolve(), { maxDescriptors: this.#most.late });
    const newcomers = [...inodes].flatMap((inode) => this.ownersOf(inode)).filter((pid) => !watched.has(pid));
    const lateWatch = new ProcessWatch(newcomers);
    lateWatch.begin(nowMs(), this.#beganAtMs);
    for (const [pid, process] of lateWatch.end(nowMs())) watched.set(pid, process);
    if (watched.size === 0 && this.#deniedPids > 0) {
      return denied(
        '/proc/PID/fd',
        `root: ${this.#deniedPids} processes of other users could not be looked into`,
      );
    }
    return ok([...watched.values()]);
  }

  ownersOf(inode: number): readonly number[] {
    return this.#pids.get(inode) ?? [];
  }
}
