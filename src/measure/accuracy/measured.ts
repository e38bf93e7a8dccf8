import { readFileSync } from 'node:fs';
import { inNamespace } from '../../kernel/netns/enter.ts';
import { readNetCounters } from '../../kernel/procfs/net-counters.ts';
import { readTcpTable } from '../../kernel/procfs/tcp-table.ts';
import type { LabNamespace } from '../../lab/namespace.ts';
import { readingValue } from '../../tcp/reading.ts';
import type { TcpSocket } from '../../tcp/socket.ts';

/** What the kernel itself says of the watched host at one moment: /proc/net/{snmp,netstat,snmp6,tcp,tcp6}, /proc/PID/schedstat. */
export interface Snapshot {
  /** Wall clock, as the doctor's report has it. */
  readonly atMs: number;
  readonly counters: Readonly<Record<string, number>>;
  readonly sockets: readonly TcpSocket[];
  /** Of the stage's programs, by pid. */
  readonly processor: ReadonlyMap<number, ProcessorTime>;
}

/** Of the main thread, in milliseconds since it was born. */
interface ProcessorTime {
  readonly ranMs: number;
  /** Runnable, while others had the processor. */
  readonly waitedMs: number;
}

/** The kernel's own word on the time in which the doctor watched, asked without the doctor. */
export interface Measured {
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly rise: (counter: string) => number;
  /** Share of that time in which the program ran, or waited for a processor. */
  readonly ran: (pid: number) => number;
  readonly waited: (pid: number) => number;
}

const ownNetDirectory = '/proc/thread-self/net';

export function takeSnapshot(namespace: LabNamespace, pids: Iterable<number> = []): Snapshot {
  const processor = new Map([...pids].map((pid) => [pid, readProcessorTime(pid)]));
  return inNamespace(namespace.path, () => ({
    atMs: Date.now(),
    counters: readingValue(readNetCounters(ownNetDirectory)) ?? {},
    sockets: readingValue(readTcpTable(ownNetDirectory)) ?? [],
    processor,
  }));
}

function readProcessorTime(pid: number): ProcessorTime {
  try {
    const [ran = 0, waited = 0] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ').map(Number);
    return { ranMs: ran / 1e6, waitedMs: waited / 1e6 };
  } catch {
    return { ranMs: 0, waitedMs: 0 }; // It has ended.
  }
}

export function measured(before: Snapshot, after: Snapshot): Measured {
  const share = (pid: number, of: keyof ProcessorTime): number => {
    const [from, to] = [before, after].map(({ processor }) => processor.get(pid)?.[of] ?? 0);
    return Math.max(0, (to ?? 0) - (from ?? 0)) / Math.max(1, after.atMs - before.atMs);
  };
  return {
    before,
    after,
    rise: (counter) => (after.counters[counter] ?? 0) - (before.counters[counter] ?? 0),
    ran: (pid) => share(pid, 'ranMs'),
    waited: (pid) => share(pid, 'waitedMs'),
  };
}

const everyMs = 200;

/** Snapshots while the doctor runs: its window is known only when it is over. */
export class SnapshotSeries {
  readonly #all: Snapshot[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(take: () => Snapshot) {
    this.#all.push(take());
    this.#timer = setInterval(() => this.#all.push(take()), everyMs);
  }

  /** What happened between two moments, and surely not outside of them. */
  end(fromMs: number, toMs: number): Measured {
    clearInterval(this.#timer);
    const before = this.#all.find(({ atMs }) => atMs >= fromMs) ?? this.#all.at(-1);
    const after = this.#all.findLast(({ atMs }) => atMs <= toMs) ?? this.#all[0];
    if (!before || !after) throw new RangeError('a series has at least one snapshot');
    return measured(before, after);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** How many sockets with this local or remote port are in this state. */
export function countSockets(
  { sockets }: Snapshot,
  state: TcpSocket['state'],
  port: { readonly local?: number; readonly remote?: number },
): number {
  return sockets.filter(
    (socket) =>
      socket.state === state &&
      (port.local === undefined || socket.localPort === port.local) &&
      (port.remote === undefined || socket.remotePort === port.remote),
  ).length;
}
