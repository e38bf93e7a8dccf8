import { formatCount, plural } from '../../../base/units.ts';
import type { ClientsDone } from '../../programs/options.ts';
import type { Stage } from '../../stage/stage.ts';

/** The numbers one compares between two runs about queues; the names are the same in all of them. */
export interface QueueOutcome {
  readonly attempted: number;
  /** connect() succeeded; the server may not know of it. */
  readonly connected: number;
  /** Accepted by the application; undefined when it cannot say. */
  readonly served: number | undefined;
  /** ETIMEDOUT, ECONNRESET, ECONNREFUSED ... */
  readonly failed: number;
  readonly connectMs: { readonly median: number; readonly max: number } | null;
}

export function queueMetrics(stage: Stage, outcome: QueueOutcome): void {
  const { attempted, connected, served, failed, connectMs } = outcome;
  const counters = stage.counters('server');
  stage.metric('connections attempted', attempted, 'connections', 'neither');
  stage.metric('connected', connected, 'connections', 'more');
  if (served !== undefined) stage.metric('served', served, 'connections', 'more');
  stage.metric('failed', failed, 'connections', 'less');
  stage.metric('SYNs and ACKs dropped', counters('TcpExt.ListenDrops'), 'segments', 'less');
  stage.metric('accept queue overflows', counters('TcpExt.ListenOverflows'), 'segments', 'less');
  stage.conclude(queueSentence(outcome, counters));
  if (connectMs) {
    stage.metric('time to connect, median', toTenths(connectMs.median), 'ms', 'less');
    stage.metric('time to connect, longest', toTenths(connectMs.max), 'ms', 'less');
  }
}

/** "18 of 40 connections opened, 22 failed, the server accepted none; its accept queue overflowed 66 times" */
function queueSentence(
  { attempted, connected, served, failed }: QueueOutcome,
  counters: (name: string) => number,
): string {
  const isAll = connected === attempted;
  const opened = isAll
    ? `all ${formatCount(attempted)}`
    : `${formatCount(connected)} of ${formatCount(attempted)}`;
  const clients = [
    `${opened} connections opened`,
    ...(failed === 0 ? [] : [`${formatCount(failed)}${isAll ? ' of them' : ''} failed`]),
    ...(served === undefined || served === connected
      ? []
      : [`the server accepted ${served === 0 ? 'none' : formatCount(served)}`]),
  ];
  return `${clients.join(', ')}; ${droppedText(counters)}`;
}

function droppedText(counters: (name: string) => number): string {
  const [overflows, drops] = [counters('TcpExt.ListenOverflows'), counters('TcpExt.ListenDrops')];
  const cookies = counters('TcpExt.SyncookiesSent');
  const sent = cookies === 0 ? '' : `, ${plural(cookies, 'SYN cookie')} sent`;
  if (overflows > 0) return `the accept queue overflowed ${times(overflows)}${sent}`;
  if (drops > 0) return `${plural(drops, 'SYN')} dropped at the SYN queue${sent}`;
  return `nothing was dropped${sent}`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${formatCount(count)} times`;
}

/** What the clients of one or several programs came to. */
export function outcomeOf(all: readonly ClientsDone[], served: number | undefined): QueueOutcome {
  const sum = (count: (done: ClientsDone) => number): number =>
    all.reduce((total, one) => total + count(one), 0);
  const times = all
    .flatMap(({ outcomes }) => outcomes)
    .flatMap(({ startedAtMs, connectedAtMs }) =>
      connectedAtMs === null ? [] : [connectedAtMs - startedAtMs],
    )
    .sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)];
  const max = times.at(-1);
  return {
    attempted: sum(({ attempted }) => attempted),
    connected: sum(({ established }) => established),
    served,
    failed: sum(
      ({ refused, timedOut, reset, gaveUp, errors }) =>
        refused + timedOut + reset + gaveUp + Object.values(errors).reduce((total, one) => total + one, 0),
    ),
    connectMs: median === undefined || max === undefined ? null : { median, max },
  };
}

function toTenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
