import os from 'node:os';
import type { ProcessObservation } from '../../tcp/observation.ts';
import { readCgroupMounts } from './cgroup-folders.ts';
import { DescriptorDescriber } from './describe-descriptor.ts';
import type { StatLine } from './parse-proc-stat.ts';
import { readIdentity, readStat } from './sample-process.ts';
import { WatchedProcess } from './watched-process.ts';
import type { WatchedThread } from './watched-thread.ts';

const maxProcesses = 64;
/** Threads whose CPU time is read at both ends, at 6 us each; of one process, and of all. */
const maxThreadsPerProcess = 1024;
const maxThreads = 4096;
/** Threads of one process whose state, wait channel and system call are looked at. */
const maxThreadsLookedAt = 64;
/** How long one look may hold up the sampling of queues. */
const lookBudgetMs = 3;

/**
 * Watches up to 64 processes over a window: what each of their threads does, how long, and what it waits for.
 * Needs no privilege for CPU times and states; wait channels, system calls and descriptors of other users' processes
 * need CAP_SYS_PTRACE and are left out without it. Times are milliseconds of any one clock that does not go back.
 */
export class ProcessWatch {
  readonly #pids: readonly number[];
  #processes: readonly WatchedProcess[] = [];
  #rounds: readonly (readonly [WatchedProcess, WatchedThread])[] = [];
  #next = 0;

  constructor(pids: readonly number[]) {
    this.#pids = [...new Set(pids)].slice(0, maxProcesses);
  }

  /**
   * Processes that have ended, or that /proc hides, are left out. `sinceMs`: when the window began; the CPU time of a process
   * that was born later is known from its birth on.
   */
  begin(nowMs: number, sinceMs = nowMs): void {
    const mounts = readCgroupMounts();
    let threadsLeft = maxThreads;
    this.#processes = this.#pids.flatMap((pid) => {
      const identity = readIdentity(pid);
      const stat = readStat(`/proc/${pid}`);
      if (identity.status !== 'ok' || stat.status !== 'ok') return [];
      const bornMs = nowMs - ageMs(stat.value);
      const watched = new WatchedProcess(identity.value, stat.value, {
        nowMs,
        bornMs: bornMs > sinceMs ? bornMs : undefined,
        mounts,
        maxThreads: Math.min(threadsLeft, maxThreadsPerProcess),
      });
      threadsLeft -= watched.threads.length;
      return [watched];
    });
    this.#rounds = orderOfLooks(this.#processes);
    this.look(nowMs);
  }

  /**
   * Sees what as many threads do as 3 ms allow (about 130) and goes on there the next time. To be called a few times a
   * second.
   */
  look(nowMs: number): void {
    const deadlineMs = performance.now() + lookBudgetMs;
    for (let seen = 0; seen < this.#rounds.length && performance.now() < deadlineMs; seen++) {
      const [watched, thread] = this.#rounds[this.#next] ?? [];
      if (watched && thread) watched.look(thread, nowMs);
      this.#next = (this.#next + 1) % this.#rounds.length;
    }
  }

  /** By pid. A process that ended in the window keeps what was seen of it; its state afterwards is X, or Z. */
  end(nowMs: number): Map<number, ProcessObservation> {
    this.look(nowMs);
    const describer = new DescriptorDescriber();
    return new Map(
      this.#processes.map((watched) => [watched.identity.pid, watched.end(nowMs, describer)] as const),
    );
  }
}

/** To 10 ms: starttime counts in clock ticks since boot (proc_pid_stat(5)). */
function ageMs({ startTicks }: StatLine): number {
  return Math.max(0, os.uptime() * 1000 - startTicks * 10);
}

/** The main threads of all processes first, then their second threads, and so on: fair when time is short. */
function orderOfLooks(processes: readonly WatchedProcess[]): (readonly [WatchedProcess, WatchedThread])[] {
  const chosen = processes.map((watched) => ({ watched, threads: chooseThreads(watched.threads) }));
  const order: (readonly [WatchedProcess, WatchedThread])[] = [];
  for (let rank = 0; rank < maxThreadsLookedAt; rank++) {
    for (const { watched, threads } of chosen) {
      const thread = threads[rank];
      if (thread) order.push([watched, thread]);
    }
  }
  return order;
}

/** Of too many: the oldest, among which acceptors tend to be, and the busiest so far. */
function chooseThreads(threads: readonly WatchedThread[]): readonly WatchedThread[] {
  if (threads.length <= maxThreadsLookedAt) return threads;
  const oldest = threads.slice(0, maxThreadsLookedAt / 2);
  const others = threads.slice(maxThreadsLookedAt / 2).sort((a, b) => b.ranBeforeNs - a.ranBeforeNs);
  return [...oldest, ...others.slice(0, maxThreadsLookedAt / 2)];
}
