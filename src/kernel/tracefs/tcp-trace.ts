import type { MissingReading, Reading } from '../../tcp/reading.ts';
import { ok } from '../../tcp/reading.ts';
import type { TcpTraceEvent } from '../../tcp/trace-event.ts';
import { parseTraceLine } from './parse-trace-line.ts';
import { TraceInstance } from './trace-instance.ts';

/** Healthy hosts reset and retransmit too; more than this a look is told by counters alone. */
const LINES_PER_READ = 2000;

/** The tracepoints that name peers and reasons (docs/kernel-notes.md): what drops silently is in no tracepoint, only in counters. */
export class TcpTrace implements Disposable {
  readonly #instance: TraceInstance;
  /** Events this kernel does not have, with the reason. */
  readonly missing: readonly MissingReading[];

  private constructor(instance: TraceInstance, missing: readonly MissingReading[]) {
    this.#instance = instance;
    this.missing = missing;
  }

  static open(): Reading<TcpTrace> {
    const opened = TraceInstance.open();
    if (opened.status !== 'ok') return opened;
    const instance = opened.value;
    const enabled = [
      instance.enable('tcp/tcp_retransmit_synack'),
      instance.enable('tcp/tcp_retransmit_skb'),
      instance.enable('tcp/tcp_send_reset'),
      instance.enable('tcp/tcp_receive_reset'),
      enableOverflowDrops(instance),
    ];
    return ok(
      new TcpTrace(
        instance,
        enabled.filter((one): one is MissingReading => one.status !== 'ok'),
      ),
    );
  }

  /** What has happened since the last call; how many events did not fit into the kernel's ring. */
  read(visit: (event: TcpTraceEvent) => void): { readonly lost: number } {
    let lost = 0;
    let lines = 0;
    for (let more = true; more && lines < LINES_PER_READ; ) {
      more = this.#instance.read((line) => {
        lines++;
        const parsed = parseTraceLine(line);
        if (parsed === undefined) return;
        if ('lost' in parsed) lost += parsed.lost;
        else visit(parsed.event);
      });
    }
    return { lost };
  }

  close(): void {
    this.#instance.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** kfree_skb happens for every dropped packet: only this one reason (6.15 and later), by the number this kernel gives it. */
function enableOverflowDrops(instance: TraceInstance): Reading<true> {
  const number = /\{ (\d+), "TCP_LISTEN_OVERFLOW" \}/.exec(instance.format('skb/kfree_skb') ?? '')?.[1];
  return number === undefined
    ? {
        status: 'unsupported',
        source: 'tracefs skb/kfree_skb',
        since: 'the reason TCP_LISTEN_OVERFLOW came with 6.15',
      }
    : instance.enable('skb/kfree_skb', `reason == ${number}`);
}
