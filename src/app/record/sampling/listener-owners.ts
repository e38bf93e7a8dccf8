import { findSocketOwners } from '../../../kernel/processes/find-socket-owners.ts';
import { allPids } from '../../../kernel/processes/read-process-file.ts';
import type { NamespaceRecorder } from './namespace-recorder.ts';

/** The search works in slices of 2 ms; this between two of them is a tenth of a core at most. */
const PAUSE_MS = 20;
/** Sockets that no process was found to hold are looked for again; a listener may have been handed on. */
const FORGET_EVERY_MS = 300_000;
/** Judging adds those of conspicuous sockets. */
const MOST_KNOWN = 20_000;
/** Not sooner after a search than this, however many listeners come. */
const SEARCH_EVERY_MS = 2000;

/** Which processes hold the listeners, by inode of the socket. Found when a listener is new, and now and then anew. */
export class ListenerOwners {
  readonly pidsByInode = new Map<number, readonly number[]>();
  #busy = false;
  #isStopped = false;
  #searchedMs = Number.NEGATIVE_INFINITY;
  #forgotMs = 0;

  /** Once a second. `nowMs` of a clock that does not go back. */
  look(namespaces: readonly NamespaceRecorder[], nowMs: number): void {
    if (this.#busy || nowMs - this.#searchedMs < SEARCH_EVERY_MS) return;
    if (nowMs - this.#forgotMs > FORGET_EVERY_MS || this.pidsByInode.size > MOST_KNOWN) {
      this.#forgotMs = nowMs;
      this.pidsByInode.clear();
    }
    const wanted = new Set<number>();
    const near = new Set<number>();
    for (const { listeners, access } of namespaces) {
      const missing = [...listeners.values()]
        .flatMap(({ inodes }) => [...inodes])
        .filter((inode) => inode !== 0 && !this.pidsByInode.has(inode));
      for (const inode of missing) wanted.add(inode);
      if (missing.length > 0) for (const pid of access.found.pids) near.add(pid);
    }
    if (wanted.size === 0) return;
    this.#busy = true;
    this.#searchedMs = nowMs;
    this.#search(wanted, [...near]).finally(() => {
      this.#busy = false;
    });
  }

  async #search(wanted: ReadonlySet<number>, near: readonly number[]): Promise<void> {
    await this.#find(wanted, near);
    const missing = new Set([...wanted].filter((inode) => !this.pidsByInode.has(inode)));
    const known = new Set(near);
    if (missing.size > 0)
      await this.#find(
        missing,
        allPids().filter((pid) => !known.has(pid)),
      );
    // Nobody's, as far as can be seen: not to be searched for every second.
    for (const inode of missing) if (!this.pidsByInode.has(inode)) this.pidsByInode.set(inode, []);
  }

  async #find(wanted: ReadonlySet<number>, pids: readonly number[]): Promise<void> {
    const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    const found = await findSocketOwners(wanted, pids, pause, { stop: () => this.#isStopped });
    for (const [inode, holders] of found.pidsByInode) this.pidsByInode.set(inode, holders);
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** The first process that holds any of them. */
  firstOf(inodes: Iterable<number>): number | undefined {
    for (const inode of inodes) {
      const pid = this.pidsByInode.get(inode)?.[0];
      if (pid !== undefined) return pid;
    }
    return undefined;
  }
}
