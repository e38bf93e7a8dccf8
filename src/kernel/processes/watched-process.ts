import type { ProcessObservation, ThreadObservation } from '../../tcp/observation.ts';
import { ok, type Reading, readingValue } from '../../tcp/reading.ts';
import type { CgroupMounts } from './cgroup-folders.ts';
import { type CpuLimit, readCpuLimits, throttledShare } from './cpu-throttling.ts';
import type { DescriptorDescriber } from './describe-descriptor.ts';
import { isFrozenCgroup } from './is-frozen-cgroup.ts';
import type { StatLine } from './parse-proc-stat.ts';
import {
  countDescriptors,
  is64BitProgram,
  listThreads,
  type ProcessIdentity,
  readStat,
} from './sample-process.ts';
import { WatchedThread } from './watched-thread.ts';

const threadsReported = 32;
/** Of those born in the window, so that a process that makes threads as fast as it can does not hold us up. */
const youngThreadsRead = 64;
/** Wait functions of the cgroup freezer, v2 and v1 (kernel/signal.c, kernel/freezer.c). */
const freezerChannels: ReadonlySet<string> = new Set(['do_freezer_trap', '__refrigerator']);

/** One process over one window. */
export class WatchedProcess {
  readonly identity: ProcessIdentity;
  /** Those it had when it came under observation, the main one first. */
  readonly threads: readonly WatchedThread[];
  readonly #mounts: CgroupMounts;
  readonly #beganAtMs: number;
  readonly #statBefore: StatLine;
  readonly #descriptorsBefore: number | undefined;
  readonly #limits: readonly CpuLimit[];
  readonly #readsCalls: boolean;
  readonly #listing: Reading<readonly number[]>;
  #statAfter: StatLine;
  #lastSeenMs: number;
  #frozen: boolean;

  /** Reads about 100 us and 6 us a thread; at most `maxThreads` of them. */
  constructor(
    identity: ProcessIdentity,
    stat: StatLine,
    at: {
      readonly nowMs: number;
      readonly mounts: CgroupMounts;
      readonly maxThreads: number;
      /** Of a process that is younger than the window: all its CPU time so far was used since. */
      readonly bornMs?: number | undefined;
    },
  ) {
    const { pid, membership } = identity;
    this.identity = identity;
    this.#mounts = at.mounts;
    this.#beganAtMs = at.bornMs ?? at.nowMs;
    this.#lastSeenMs = at.nowMs;
    this.#statBefore = stat;
    this.#statAfter = stat;
    this.#descriptorsBefore = countDescriptors(pid);
    this.#limits = readCpuLimits(at.mounts, membership);
    this.#frozen = isFrozenCgroup(at.mounts, membership);
    this.#readsCalls = is64BitProgram(pid);
    this.#listing = listThreads(pid);
    const tids = (readingValue(this.#listing) ?? []).slice(0, at.maxThreads);
    this.threads = tids.map(
      (tid) => new WatchedThread(pid, tid, at.bornMs === undefined ? 'older' : 'younger'),
    );
  }

  look(thread: WatchedThread, nowMs: number): void {
    if (thread.look(this.#readsCalls)) this.#lastSeenMs = nowMs;
  }

  end(nowMs: number, describer: DescriptorDescriber): ProcessObservation {
    const { membership, descriptorLimit, ...identity } = this.identity;
    const alive = this.#readEnd();
    // What has ended is judged by the time it was seen, not by the whole window.
    const windowMs = (alive ? nowMs : this.#lastSeenMs) - this.#beganAtMs;
    const descriptors = this.#descriptorsBefore;
    const descriptorsAfter = (alive ? countDescriptors(identity.pid) : undefined) ?? descriptors;
    const throttled = throttledShare(this.#limits, windowMs);
    return {
      ...identity,
      state: { before: this.#statBefore.state, after: this.#statAfter.state },
      frozen: this.#isFrozen(alive),
      ...(descriptors === undefined || descriptorsAfter === undefined
        ? {}
        : { openDescriptors: { before: descriptors, after: descriptorsAfter } }),
      ...(descriptorLimit === undefined ? {} : { descriptorLimit }),
      threads: this.#observeThreads(windowMs, alive, describer),
      threadCount: this.#statAfter.threads || this.#statBefore.threads,
      ...(throttled === undefined ? {} : { throttledShare: throttled }),
    };
  }

  /** Whether the process is still there: not a zombie, nor a later process with its pid. */
  #readEnd(): boolean {
    const stat = readingValue(readStat(`/proc/${this.identity.pid}`));
    const ended = !stat || stat.startTicks !== this.#statBefore.startTicks;
    this.#statAfter = ended ? { ...this.#statAfter, state: 'X' } : stat;
    return !ended && stat.state !== 'Z' && stat.state !== 'X';
  }

  #isFrozen(alive: boolean): boolean {
    this.#frozen ||= alive && isFrozenCgroup(this.#mounts, this.identity.membership);
    return this.#frozen || freezerChannels.has(this.threads[0]?.waitChannel ?? '');
  }

  #observeThreads(
    windowMs: number,
    alive: boolean,
    describer: DescriptorDescriber,
  ): Reading<readonly ThreadObservation[]> {
    if (this.#listing.status !== 'ok') return this.#listing;
    const threads = alive ? [...this.threads, ...this.#youngThreads(this.#listing.value)] : this.threads;
    const rows = threads.map((thread) => ({ thread, shares: thread.endWindow(windowMs) }));
    rows.sort(
      (a, b) => b.shares.cpuShare - a.shares.cpuShare || Number(b.thread.isMain) - Number(a.thread.isMain),
    );
    const main = rows.findIndex((row) => row.thread.isMain);
    // The main thread is worth a place however idle it is: in most servers it accepts.
    const kept = rows.slice(0, main < threadsReported ? threadsReported : threadsReported - 1);
    const mainRow = rows[main];
    if (mainRow && main >= threadsReported) kept.push(mainRow);
    return ok(
      kept.flatMap(({ thread, shares }) => thread.observe(shares, this.#readsCalls, describer) ?? []),
    );
  }

  #youngThreads(atBegin: readonly number[]): WatchedThread[] {
    const { pid } = this.identity;
    const older = new Set(atBegin);
    const young = (readingValue(listThreads(pid)) ?? []).filter((tid) => !older.has(tid));
    return young.slice(-youngThreadsRead).map((tid) => new WatchedThread(pid, tid, 'younger'));
  }
}
