import { formatCount, formatDurationMs, formatShare } from '../../base/units.ts';
import type { Confidence } from '../../tcp/finding.ts';
import type { ProcessObservation, ThreadObservation } from '../../tcp/observation.ts';
import { readingValue } from '../../tcp/reading.ts';
import type { AcceptQueueFacts } from './accept-queue-facts.ts';
import { whereTheySleep } from './where-they-sleep.ts';

export type AcceptQueueCauseId =
  | 'process-stopped'
  | 'fd-limit'
  | 'cpu-saturated'
  | 'blocked'
  | 'burst'
  | 'sustained-overload'
  | 'backlog-too-small'
  | 'unknown';

export interface AcceptQueueCause {
  readonly id: AcceptQueueCauseId;
  readonly title: string;
  readonly confidence: Confidence;
}

/**
 * A thread that runs, or waits for a core, this share of the window has no time left for accept(). Not all of it: on a crowded host the
 * window is longer than the time between the two readings, and a server that waits for something else is far below.
 */
const BUSY_SHARE = 0.8;
/** Full for less than this share: the process keeps up on the whole, the queue is too short for the peaks. */
const BRIEF_SHARE = 0.25;
/** A queue that is above half for this share of the window does not keep up, even where it is seldom quite full. */
const CROWDED_SHARE = 0.5;
/** Bursts may keep a queue full for longer, as long as it is emptied in between. */
const OFTEN_EMPTY_SHARE = 0.25;
const MOSTLY_FULL_SHARE = 0.5;
/** A queue that is hardly ever found with somebody in it says nothing of the pace at which it is served. */
const LEAST_SERVING_SHARE = 0.2;
/** Beyond what samples of 20 ms and SYN retries blur. */
const OUTPACED_FACTOR = 1.3;

/** Tried in this order: what makes accept() impossible comes before what makes it slow, and that before what the clients do. */
const judges: readonly ((facts: AcceptQueueFacts) => AcceptQueueCause | undefined)[] = [
  processStopped,
  descriptorLimit,
  ownerUnknown,
  neverAccepts,
  brief,
  busyAllTheTime,
  sustained,
];

export function acceptQueueCause(facts: AcceptQueueFacts): AcceptQueueCause {
  for (const judge of judges) {
    const cause = judge(facts);
    if (cause) return cause;
  }
  return { id: 'unknown', title: 'the cause could not be told apart', confidence: 'possible' };
}

/** All who could accept are stopped; one that runs would go on accepting. */
function processStopped({ processes }: AcceptQueueFacts): AcceptQueueCause | undefined {
  if (processes.length === 0 || !processes.every(isHeld)) return undefined;
  const all = processes.length === 1 ? 'is' : 'are';
  return {
    id: 'process-stopped',
    title: `${everybody(processes)} ${all} ${howHeld(processes)}`,
    confidence: 'certain',
  };
}

/** At the end of the window: who was stopped in its middle is the cause as well, who runs again is not. */
export function isHeld(process: ProcessObservation): boolean {
  return process.frozen || /^[Tt]$/.test(process.state.after);
}

/** State t: it waits for its tracer, and no SIGCONT wakes it (ptrace(2), ptrace-stop). */
export function isTraced({ frozen, state }: ProcessObservation): boolean {
  return !frozen && state.after === 't';
}

function howHeld(processes: readonly ProcessObservation[]): string {
  if (processes.some(({ frozen }) => frozen)) return 'frozen by the cgroup freezer (paused container?)';
  return processes.every(isTraced)
    ? 'held by a debugger or tracer (state t)'
    : 'stopped (state T: SIGSTOP, ^Z or a debugger)';
}

/** "process 812", "both processes", "all 3 processes". */
function everybody(processes: readonly ProcessObservation[]): string {
  if (processes.length === 1) return `process ${processes[0]?.pid}`;
  return processes.length === 2 ? 'both processes' : `all ${formatCount(processes.length)} processes`;
}

/** accept() returns EMFILE when every descriptor up to the soft RLIMIT_NOFILE is taken, and leaves the connection in the queue. */
function descriptorLimit({ processes }: AcceptQueueFacts): AcceptQueueCause | undefined {
  const atLimit = processes.filter(isAtDescriptorLimit);
  const [first] = atLimit;
  if (!first || atLimit.length < processes.length) return undefined;
  return {
    id: 'fd-limit',
    title: `process ${first.pid} has all of its ${formatCount(first.descriptorLimit ?? 0)} file descriptors open, so accept() fails`,
    confidence: 'certain',
  };
}

export function isAtDescriptorLimit(process: ProcessObservation): boolean {
  const { openDescriptors: open, descriptorLimit: limit } = process;
  return open !== undefined && limit !== undefined && Math.max(open.before, open.after) >= limit;
}

function ownerUnknown({ processes }: AcceptQueueFacts): AcceptQueueCause | undefined {
  if (processes.length > 0) return undefined;
  return { id: 'unknown', title: 'who should accept could not be seen', confidence: 'possible' };
}

/** Nothing left the queue: the process is busy elsewhere, or asleep elsewhere. */
function neverAccepts(facts: AcceptQueueFacts): AcceptQueueCause | undefined {
  if (facts.accepts !== false) return undefined;
  const busy = busiestThread(facts.processes);
  if (busy && isBusy(busy.thread)) return saturated(busy, 'and does not come to accept()');
  const running = facts.processes.find(isFoundRunning);
  if (running) return foundRunning(running, 'and does not come to accept()');
  return { id: 'blocked', title: whereTheySleep(facts.processes), confidence: busy ? 'certain' : 'likely' };
}

function foundRunning({ pid }: ProcessObservation, consequence: string): AcceptQueueCause {
  const title = `process ${pid} was found running ${consequence}`;
  return { id: 'cpu-saturated', title, confidence: 'possible' };
}

/**
 * Its main thread was found running more often than asleep, and yet not busy over the whole window: it began within it, or came
 * under observation late.
 */
function isFoundRunning({ pid, threads }: ProcessObservation): boolean {
  return mainThread(pid, threads)?.state === 'R';
}

/** Too late to know what share of its time that is; where it is known to have time to spare, it is no excuse for accepting slowly. */
function isFoundRunningLate({ pid, threads }: ProcessObservation): boolean {
  const main = mainThread(pid, threads);
  return main?.state === 'R' && main.cpuShare + main.runQueueWaitShare === 0;
}

function mainThread(pid: number, threads: ProcessObservation['threads']): ThreadObservation | undefined {
  return readingValue(threads)?.find(({ tid }) => tid === pid);
}

/** It keeps up on the whole, so that only the queue's length is at fault. */
function brief(facts: AcceptQueueFacts): AcceptQueueCause | undefined {
  if (!keepsUp(facts)) return undefined;
  const { arrivalPeak, arrivalBursts = 0, arrivalsPerSecond, limit } = facts;
  const noPackets = arrivalPeak === undefined || (arrivalsPerSecond ?? 0) === 0;
  const episodes = facts.listener.queue?.fullEpisodes ?? 0;
  // One peak does not explain a queue that fills up again and again.
  const packetsSayBurst =
    arrivalPeak !== undefined && arrivalPeak > limit && arrivalBursts > 0 && arrivalBursts * 4 >= episodes;
  const isBurst =
    packetsSayBurst || (noPackets && limit > 16) || (!packetsSayBurst && limit > 64 && episodes <= 3);
  if (isBurst) {
    const peak = arrivalPeak === undefined ? '' : `: up to ${formatCount(arrivalPeak)} within 50 ms`;
    return {
      id: 'burst',
      title: `connections arrive in bursts that the queue cannot hold${peak}`,
      confidence: 'likely',
    };
  }
  return {
    id: 'backlog-too-small',
    title: `a backlog of ${formatCount(limit)} is too small even for steady traffic`,
    confidence: 'likely',
  };
}

/** A queue that is found empty again and again is served; one full at the end for the first time may stay so from now on. */
function keepsUp(facts: AcceptQueueFacts): boolean {
  const { listener, fullShare, fullAtEnd, aboveHalfShare } = facts;
  const { queue } = listener;
  if (isOutpaced(facts)) return false;
  const oftenEmpty = queue !== undefined && queue.emptySamples >= queue.samples * OFTEN_EMPTY_SHARE;
  if (oftenEmpty && (!fullAtEnd || queue.fullEpisodes > 1)) return fullShare < MOSTLY_FULL_SHARE;
  return fullShare < BRIEF_SHARE && !fullAtEnd && aboveHalfShare < CROWDED_SHARE;
}

/** As many connections as it takes while somebody waits, and no more, it could take all the time: fewer than arrive? */
function isOutpaced({
  listener: { queue },
  arrivalsPerSecond,
  answeredPerSecond,
}: AcceptQueueFacts): boolean {
  if (!queue || queue.samples === 0 || arrivalsPerSecond === undefined || answeredPerSecond === undefined)
    return false;
  const servingShare = 1 - queue.emptySamples / queue.samples;
  if (servingShare < LEAST_SERVING_SHARE) return false;
  return (answeredPerSecond / servingShare) * OUTPACED_FACTOR < arrivalsPerSecond;
}

function busyAllTheTime(facts: AcceptQueueFacts): AcceptQueueCause | undefined {
  const busy = busiestThread(facts.processes);
  if (busy && isBusy(busy.thread)) return saturated(busy, 'and accepts more slowly than connections arrive');
  const throttled = facts.processes.find(isThrottled);
  if (throttled) return heldBack(throttled);
  const running = facts.processes.find(isFoundRunningLate);
  return running && foundRunning(running, 'and accepts more slowly than connections arrive');
}

/** By the CPU quota of its cgroup: then neither other programs nor the work itself take its time. */
export function isThrottled({ throttledShare = 0 }: ProcessObservation): boolean {
  return throttledShare > 0.2;
}

function heldBack({ pid, throttledShare = 0 }: ProcessObservation): AcceptQueueCause {
  const share = formatShare(Math.min(1, throttledShare));
  return {
    id: 'cpu-saturated',
    title: `process ${pid} is held back by the CPU limit of its cgroup ${share} of the time`,
    confidence: 'likely',
  };
}

function sustained(facts: AcceptQueueFacts): AcceptQueueCause | undefined {
  if (facts.accepts !== true) return undefined;
  return {
    id: 'sustained-overload',
    title: 'connections arrive faster than the process accepts them',
    confidence: facts.arrivalsPerSecond === undefined ? 'likely' : 'certain',
  };
}

interface Busy {
  readonly process: ProcessObservation;
  readonly thread: ThreadObservation;
}

export function busiestThread(processes: readonly ProcessObservation[]): Busy | undefined {
  let busiest: Busy | undefined;
  for (const process of processes) {
    for (const thread of readingValue(process.threads) ?? []) {
      if (!busiest || load(thread) > load(busiest.thread)) busiest = { process, thread };
    }
  }
  return busiest;
}

/** Runnable, while something else has the core. */
export function waitsForCore({ runQueueWaitShare }: ThreadObservation): boolean {
  return runQueueWaitShare > 0.2;
}

/** Running, or runnable and waiting for a core: either way the thread has no spare time. */
function load(thread: ThreadObservation): number {
  return thread.cpuShare + (isAsleep(thread) ? 0 : thread.runQueueWaitShare);
}

/** Found asleep most of the time: then its time on the run queue (schedstat) was one long wait before it, or a wrong account. */
function isAsleep({ state }: ThreadObservation): boolean {
  return state === 'S' || state === 'I';
}

/** Has no time to spare. */
export function isBusy(thread: ThreadObservation): boolean {
  return load(thread) >= BUSY_SHARE;
}

function saturated({ process, thread }: Busy, consequence: string): AcceptQueueCause {
  if (isThrottled(process)) return heldBack(process);
  const waits = waitsForCore(thread) ? ` and waits for one ${formatShare(thread.runQueueWaitShare)}` : '';
  return {
    id: 'cpu-saturated',
    title: `thread ${thread.tid} uses ${formatShare(thread.cpuShare)} of a core${waits} ${consequence}`,
    confidence: process.threadCount === 1 || thread.tid === process.pid ? 'certain' : 'likely',
  };
}

/** "the oldest has waited 2.4 s". */
export function waitText(facts: AcceptQueueFacts): string {
  return facts.oldestWaitMs > 0 ? `, the oldest has waited ${formatDurationMs(facts.oldestWaitMs)}` : '';
}
