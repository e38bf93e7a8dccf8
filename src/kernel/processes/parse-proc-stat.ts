import { printable } from './printable.ts';

/** Text of /proc/PID files into numbers: see proc(5). Pure and total: text that does not fit gives undefined. */

export interface StatLine {
  /** Task name: the text in parentheses, which may itself hold parentheses, spaces and newlines. */
  readonly name: string;
  /** R S D Z T t X I ... */
  readonly state: string;
  readonly parentPid: number;
  readonly threads: number;
  /** utime + stime, in ticks of 10 ms (USER_HZ is 100 on every architecture Node runs on). */
  readonly cpuTicks: number;
  /** When it started, ticks after boot: tells a process from a later one with the same pid. */
  readonly startTicks: number;
}

export function parseStatLine(text: string): StatLine | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  // After the name: state is field 3, ppid 4, utime 14, stime 15, num_threads 20, starttime 22.
  const fields = text.slice(close + 2).split(' ');
  const [state = ''] = fields;
  const cpuTicks = Number(fields[11]) + Number(fields[12]);
  const [parentPid, threads, startTicks] = [Number(fields[1]), Number(fields[17]), Number(fields[19])];
  if (!/^[A-Za-z]$/.test(state) || Number.isNaN(parentPid + cpuTicks + threads + startTicks))
    return undefined;
  return { name: printable(text.slice(open + 1, close)), state, parentPid, threads, cpuTicks, startTicks };
}

export interface SchedstatLine {
  readonly ranNs: number;
  /** Runnable, but another task had the core (run_delay). Counted when it gets to run. */
  readonly waitedNs: number;
}

/** /proc/PID/schedstat; all zeros on kernels without CONFIG_SCHED_INFO, which gives undefined. */
export function parseSchedstatLine(text: string): SchedstatLine | undefined {
  const match = /^(\d+) (\d+) (\d+)/.exec(text);
  if (!match || match[3] === '0') return undefined;
  return { ranNs: Number(match[1]), waitedNs: Number(match[2]) };
}

/** Soft limit of open descriptors in /proc/PID/limits; undefined for "unlimited" as well. */
export function parseDescriptorLimit(limits: string): number | undefined {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? undefined : Number(soft);
}

/** Effective uid in /proc/PID/status ("Uid: real effective saved filesystem"). */
export function parseEffectiveUid(status: string): number | undefined {
  const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1];
  return uid === undefined ? undefined : Number(uid);
}

/** Arguments are separated by NUL; at most 300 characters. Empty for kernel threads. */
export function parseCommandLine(text: string): string {
  const line = printable(text.replace(/\0+$/, '').replaceAll('\0', ' '));
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
