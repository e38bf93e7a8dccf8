import { KernelLogFollower } from '../../../kernel/kmsg/read-kmsg.ts';
import { readSoftnetStat } from '../../../kernel/procfs/softnet-stat.ts';
import { TcpTrace } from '../../../kernel/tracefs/tcp-trace.ts';
import type { KernelLogEvent, SoftnetRow } from '../../../tcp/observation.ts';
import { explainMissing, mapReading, ok, type Reading } from '../../../tcp/reading.ts';
import { hostChannels, notMeasured } from '../../../tcp/recording/channel.ts';
import type { TcpTraceEvent } from '../../../tcp/trace-event.ts';

/** Long enough for a window and for an incident's surroundings. */
const REMEMBERED_MS = 60_000;
const MOST_REMEMBERED = 5000;

export interface TimedEvent {
  readonly atMs: number;
  readonly event: TcpTraceEvent;
}

/** What is the same for all namespaces: the kernel's log, packets the network stack could not take, tracepoints, this program itself. */
export class HostWatch implements Disposable {
  readonly #kernelLog: Reading<KernelLogFollower>;
  readonly #trace: Reading<TcpTrace>;
  #logged: KernelLogEvent[] = [];
  #traced: TimedEvent[] = [];
  #softnet: { readonly atMs: number; readonly rows: Reading<readonly SoftnetRow[]> }[] = [];
  #cpu = process.cpuUsage();
  #cpuAtMs: number;
  #lostEvents = 0;

  /** `nowAtMs` of the wall, `nowMs` of a clock that does not go back. */
  constructor(nowAtMs: number, nowMs: number) {
    this.#kernelLog = KernelLogFollower.open(nowAtMs);
    if (this.#kernelLog.status === 'ok') this.#kernelLog.value.readNew();
    this.#trace = TcpTrace.open();
    this.#cpuAtMs = nowMs;
  }

  /** What cannot be seen on this host, one sentence each. */
  get unseen(): readonly string[] {
    const log =
      this.#kernelLog.status === 'ok' ? [] : [`the kernel's log: ${explainMissing(this.#kernelLog)}`];
    if (this.#trace.status !== 'ok')
      return [
        ...log,
        `who sends SYN-ACKs again, resets and their reasons (tracepoints): ${explainMissing(this.#trace)}`,
      ];
    return [
      ...log,
      ...this.#trace.value.missing.map((missing) => `a tracepoint: ${explainMissing(missing)}`),
    ];
  }

  /** Once a second; tracepoints that told something are shown to `visit`. Values in the order of `hostChannels`. */
  second(
    nowAtMs: number,
    nowMs: number,
    tcpMemoryPages: number | undefined,
    visit: (event: TcpTraceEvent) => void,
  ): Int32Array {
    if (this.#kernelLog.status === 'ok')
      this.#logged = [...this.#logged, ...this.#kernelLog.value.readNew()].slice(-200);
    this.#readTrace(nowAtMs, visit);
    const before = this.#softnet.at(-1)?.rows;
    const rows = readSoftnetStat();
    this.#softnet = [...this.#softnet, { atMs: nowMs, rows }].slice(-20);
    const values: Readonly<Record<string, number | undefined>> = {
      softnetDropped: rise(before, rows, ({ dropped }) => dropped),
      softnetSqueezed: rise(before, rows, ({ timeSqueeze }) => timeSqueeze),
      tcpMemory: tcpMemoryPages,
      ownCpu: this.#ownCpuPerMille(nowMs),
      ownMemory: Math.round(process.memoryUsage.rss() / 1024),
    };
    return Int32Array.from(hostChannels, ({ name }) => values[name] ?? notMeasured);
  }

  #readTrace(nowAtMs: number, visit: (event: TcpTraceEvent) => void): void {
    if (this.#trace.status !== 'ok') return;
    const { lost } = this.#trace.value.read((event) => {
      this.#traced.push({ atMs: nowAtMs, event });
      visit(event);
    });
    this.#lostEvents += lost;
    const oldest = nowAtMs - REMEMBERED_MS;
    const kept = this.#traced.findIndex(({ atMs }) => atMs >= oldest);
    this.#traced = this.#traced.slice(kept < 0 ? this.#traced.length : kept).slice(-MOST_REMEMBERED);
  }

  #ownCpuPerMille(nowMs: number): number {
    const used = process.cpuUsage(this.#cpu);
    const passedMs = Math.max(1, nowMs - this.#cpuAtMs);
    this.#cpu = process.cpuUsage();
    this.#cpuAtMs = nowMs;
    return Math.round((used.user + used.system) / passedMs);
  }

  /** Lines of the kernel's log since then (wall clock), marked as those of a window that began then. */
  kernelLogSince(fromAtMs: number): Reading<readonly KernelLogEvent[]> {
    if (this.#kernelLog.status !== 'ok') return this.#kernelLog;
    return ok(this.#logged.map((event) => ({ ...event, inWindow: (event.atMs ?? 0) >= fromAtMs })));
  }

  /** Undefined where tracepoints cannot be read. */
  tracedSince(fromAtMs: number): readonly TimedEvent[] | undefined {
    return this.#trace.status === 'ok' ? this.#traced.filter(({ atMs }) => atMs >= fromAtMs) : undefined;
  }

  /** As it was at that moment (of the clock that does not go back), or soon after. */
  softnetAt(ms: number): Reading<readonly SoftnetRow[]> {
    const known = this.#softnet.find(({ atMs }) => atMs >= ms);
    return known?.rows ?? readSoftnetStat();
  }

  [Symbol.dispose](): void {
    if (this.#kernelLog.status === 'ok') this.#kernelLog.value.close();
    if (this.#trace.status === 'ok') this.#trace.value.close();
  }
}

function rise(
  before: Reading<readonly SoftnetRow[]> | undefined,
  now: Reading<readonly SoftnetRow[]>,
  of: (row: SoftnetRow) => number,
): number | undefined {
  if (before?.status !== 'ok') return undefined;
  const sum = (rows: readonly SoftnetRow[]): number => rows.reduce((all, row) => all + of(row), 0);
  const risen = mapReading(now, (rows) => Math.max(0, sum(rows) - sum(before.value)));
  return risen.status === 'ok' ? risen.value : undefined;
}
