import type { ThreadObservation } from '../../tcp/observation.ts';
import { readingValue } from '../../tcp/reading.ts';
import { type CurrentCall, parseSyscallLine } from './blocking-calls.ts';
import { type CpuShares, type CpuTime, cpuShares } from './cpu-time.ts';
import type { DescriptorDescriber } from './describe-descriptor.ts';
import { readProcessFile } from './read-process-file.ts';
import { readSchedstat, readStat } from './sample-process.ts';
import { Tally } from './tally.ts';

const unborn: CpuTime = { ticks: 0, exact: { ranNs: 0, waitedNs: 0 } };

/** What one thread is found doing, look after look. */
export class WatchedThread {
  readonly pid: number;
  readonly tid: number;
  readonly #folder: string;
  #name: string | undefined;
  #before: CpuTime;
  #after: CpuTime = {};
  readonly #states = new Tally();
  readonly #channels = new Tally();
  readonly #calls = new Tally();
  readonly #callTargets = new Tally();

  /** `age`: a thread that is younger than the window has used all of its CPU time within it. */
  constructor(pid: number, tid: number, age: 'older' | 'younger') {
    this.pid = pid;
    this.tid = tid;
    this.#folder = `/proc/${pid}/task/${tid}`;
    this.#before = age === 'younger' ? unborn : this.#readCpuTime();
  }

  get isMain(): boolean {
    return this.tid === this.pid;
  }

  /** CPU time before the window, to tell busy threads from idle ones. */
  get ranBeforeNs(): number {
    return this.#before.exact?.ranNs ?? (this.#before.ticks ?? 0) * 1e7;
  }

  /** Three small reads, about 20 us; false when the thread is gone. `readsCalls`: its system call may be read. */
  look(readsCalls: boolean): boolean {
    const stat = readingValue(readStat(this.#folder));
    if (!stat) return false;
    this.#name = stat.name;
    this.#states.add(stat.state);
    if (this.#before.ticks === undefined) this.#before = { ...this.#before, ticks: stat.cpuTicks };
    this.#after = { ticks: stat.cpuTicks };
    const call = readsCalls && stat.state !== 'R' ? this.#readCall() : undefined;
    this.#calls.add(call?.name ?? '');
    if (call?.descriptor !== undefined) this.#callTargets.add(`${call.name} ${call.descriptor}`);
    this.#channels.add(stat.state === 'R' ? '' : this.#readChannel());
    return true;
  }

  /** To be called before `observe`; a thread that is gone keeps what the last look saw. */
  endWindow(windowMs: number): CpuShares {
    const now = this.#readCpuTime();
    return cpuShares(this.#before, now.exact || now.ticks !== undefined ? now : this.#after, windowMs);
  }

  /** Undefined when the thread came and went without having been looked at. */
  observe(
    shares: CpuShares,
    readsCalls: boolean,
    describer: DescriptorDescriber,
  ): ThreadObservation | undefined {
    if (this.#name === undefined && !this.look(readsCalls)) return undefined;
    const [waitChannel, systemCall] = [this.waitChannel, this.#calls.mostFrequent() || undefined];
    const target = this.#callTargets.mostFrequent((value) => value.startsWith(`${systemCall} `));
    const descriptor = target === undefined ? undefined : Number(target.split(' ')[1]);
    const systemCallTarget = descriptor === undefined ? undefined : describer.describe(this.pid, descriptor);
    return {
      tid: this.tid,
      name: this.#name ?? '',
      state: this.#states.mostFrequent() ?? '?',
      ...shares,
      ...(waitChannel === undefined ? {} : { waitChannel }),
      ...(systemCall === undefined ? {} : { systemCall }),
      ...(systemCallTarget === undefined ? {} : { systemCallTarget }),
    };
  }

  /** Undefined when it mostly ran, and for those who may not know. */
  get waitChannel(): string | undefined {
    return this.#channels.mostFrequent() || undefined;
  }

  #readCpuTime(): CpuTime {
    const exact = readSchedstat(this.#folder);
    if (exact) return { exact };
    const ticks = readingValue(readStat(this.#folder))?.cpuTicks;
    return ticks === undefined ? {} : { ticks };
  }

  #readCall(): CurrentCall | undefined {
    const line = readProcessFile(`${this.#folder}/syscall`);
    return line.status === 'ok' ? parseSyscallLine(line.value) : undefined;
  }

  /** "0" while it runs, and for those who may not know (proc_pid_wchan, fs/proc/base.c). */
  #readChannel(): string {
    const channel = readingValue(readProcessFile(`${this.#folder}/wchan`)) ?? '0';
    return channel === '0' ? '' : channel;
  }
}
