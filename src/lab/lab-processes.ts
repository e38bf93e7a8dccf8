/** Finding the processes of lab runs, by what they inherited from the lab, and ending them. */
import { readlinkSync } from 'node:fs';
import { parseStatLine } from '../kernel/processes/parse-proc-stat.ts';
import { allPids, readProcessFile } from '../kernel/processes/read-process-file.ts';
import { isRunOver, runVariable } from './run-id.ts';

export interface FoundProcess {
  readonly pid: number;
  readonly name: string;
  /** The run that started it, or whose program did; undefined: none, or not for us to see. */
  readonly run: string | undefined;
}

const longestMs = 3000;
const lookAgainMs = 5;
/** Somebody who only looks in (a doctor, `ip netns exec`) is gone by then. */
const visitMs = 40;
const environmentBytes = 65_536;

/** Processes inside a network namespace, zombies and this one left out. */
export function processesInside(namespaceInode: number): FoundProcess[] {
  const link = `net:[${namespaceInode}]`;
  return otherPids()
    .filter((pid) => namespaceOf(pid) === link)
    .map(describeProcess);
}

/** Processes which a run started that is over, wherever they are. */
export function processesOfEndedRuns(): FoundProcess[] {
  return otherPids()
    .map((pid) => ({ pid, run: runOfProcess(pid) }))
    .filter(({ run }) => run !== undefined && isRunOver(run))
    .map(({ pid }) => describeProcess(pid));
}

/**
 * Kills what `find` finds until it finds nothing more, and waits until they have let go of their sockets; stopped ones too.
 * A process that is no program of the lab's gets a moment to leave by itself. Gives up after three seconds, as a process may
 * hang in the kernel. Returns the killed.
 */
export function endProcesses(
  find: () => readonly FoundProcess[],
  isProgram: (process: FoundProcess) => boolean,
): FoundProcess[] {
  const startMs = performance.now();
  let seenSinceMs = new Map<number, number>();
  const killed = new Map<number, FoundProcess>();
  for (;;) {
    const nowMs = performance.now();
    const found = find();
    seenSinceMs = new Map(found.map(({ pid }) => [pid, seenSinceMs.get(pid) ?? nowMs]));
    for (const process_ of found) {
      const visits = nowMs - (seenSinceMs.get(process_.pid) ?? nowMs) < visitMs;
      if ((isProgram(process_) || !visits) && kill(process_.pid)) killed.set(process_.pid, process_);
    }
    const dying = [...killed.keys()].some((pid) => !hasEnded(pid));
    if ((found.length === 0 && !dying) || nowMs - startMs > longestMs) return [...killed.values()];
    pause(lookAgainMs);
  }
}

function otherPids(): number[] {
  return allPids().filter((pid) => pid !== process.pid);
}

function namespaceOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return ''; // It has ended, or is not ours to see.
  }
}

function describeProcess(pid: number): FoundProcess {
  const stat = readProcessFile(`/proc/${pid}/stat`);
  const name = stat.status === 'ok' ? parseStatLine(stat.value)?.name : undefined;
  return { pid, name: name ?? '?', run: runOfProcess(pid) };
}

function runOfProcess(pid: number): string | undefined {
  const environment = readProcessFile(`/proc/${pid}/environ`, environmentBytes);
  if (environment.status !== 'ok') return undefined;
  const prefix = `${runVariable}=`;
  const entry = environment.value.split('\0').find((one) => one.startsWith(prefix));
  return entry?.slice(prefix.length);
}

/** Its last thread has closed its files: only then do its sockets let go of the namespace. */
function hasEnded(pid: number): boolean {
  const file = readProcessFile(`/proc/${pid}/stat`);
  if (file.status !== 'ok') return true;
  const stat = parseStatLine(file.value);
  return stat === undefined || ('ZX'.includes(stat.state) && stat.threads <= 1);
}

/** False when it is not there any more. SIGKILL ends stopped processes too (signal(7)). */
function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
