import { availableParallelism } from 'node:os';
import { acceptQueueCapacity } from '../../../tcp/queue-limits.ts';
import type { Report } from '../../../tcp/report.ts';
import type { ClientsDone } from '../../programs/options.ts';
import type { Stage } from '../../stage/stage.ts';
import { checkDropsOnWire } from '../queues/check-drops-on-wire.ts';
import { checkRange } from '../queues/check-range.ts';
import { type ClientOnWire, clientsOnWire } from '../queues/client-on-wire.ts';
import { rangeOf, roughly, widened } from '../queues/range-of.ts';
import type { SimulatedCounts, Simulation } from '../queues/simulate-listener.ts';
import { highest, type QueuePeaks } from '../queues/watch-queues.ts';
import { isStream, type OverflowPlan } from './overflow-plan.ts';

/** Clients that stay: how many wait, and what the kernel counted for the others. */
export function checkStanding(stage: Stage, { simulations }: OverflowPlan): void {
  const [queue] = stage.sample('server').acceptQueues;
  const counters = stage.counters('server');
  checkRange(
    stage,
    'connections waiting in the accept queue',
    rangeOf(simulations, ({ waiting }) => waiting),
    {
      measured: queue?.length ?? 0,
      unit: 'connections',
    },
  );
  const counted: readonly (readonly [string, keyof SimulatedCounts])[] = [
    ['TcpExt.ListenOverflows', 'listenOverflows'],
    ['TcpExt.ListenDrops', 'listenDrops'],
    ['TcpExt.TCPReqQFullDrop', 'queueFullDrops'],
    ['TcpExt.SyncookiesSent', 'cookiesSent'],
    ['TcpExt.EmbryonicRsts', 'embryonicResets'],
  ];
  for (const [name, of] of counted) {
    const measured = counters(name);
    const range = rangeOf(simulations, ({ counts }) => counts[of]);
    checkRange(stage, name.replace('TcpExt.', ''), range, { measured, unit: 'segments' });
  }
  checkRange(
    stage,
    'sk_drops of the listener',
    rangeOf(simulations, ({ counts }) => counts.socketDrops),
    {
      measured: queue?.drops ?? 0,
      unit: 'segments',
    },
  );
}

function connectedClients({ clients }: Simulation): number {
  return clients.filter(({ connectedAtMs }) => connectedAtMs !== undefined).length;
}

/** Connections that come and go: every overflow is a segment that got no answer. */
export function checkStream(stage: Stage, { simulations, cause }: OverflowPlan): void {
  const overflows = stage.counters('server')('TcpExt.ListenOverflows');
  if (cause !== 'burst') {
    const range = roughly(rangeOf(simulations, ({ counts }) => counts.listenOverflows));
    checkRange(stage, 'ListenOverflows', range, {
      measured: overflows,
      unit: 'segments',
      why: 'half the least to twice the most of the model with other speeds and phases: those who meet at the last place count several times',
    });
  }
  checkDropsOnWire(stage, clientsOnWire(stage));
  if (cause === 'sustained-overload') checkAcceptRate(stage, simulations);
}

/** Whoever has entered the queue and is not in it any more has been accepted. */
function checkAcceptRate(stage: Stage, simulations: readonly Simulation[]): void {
  const waiting = stage.sample('server').acceptQueues[0]?.length ?? 0;
  const accepted = stage.counters('server')('Tcp.PassiveOpens') - waiting;
  const range = widened(
    rangeOf(simulations, ({ counts }) => counts.accepted),
    0.05,
  );
  checkRange(stage, 'connections accepted', range, {
    measured: accepted,
    unit: 'connections',
    why: 'the server makes up for 10 ms of lateness at most; a busy machine slows it down',
  });
}

/** What the clients and the server say themselves, at the end. */
export function checkServed(
  stage: Stage,
  { simulations, cause, startsMs }: OverflowPlan,
  done: ClientsDone,
  accepted: number | undefined,
): void {
  if (!isStream(cause)) {
    checkRange(stage, 'clients whose connect() succeeded', rangeOf(simulations, connectedClients), {
      measured: done.established,
      unit: 'clients',
    });
  }
  if (cause === 'none' && accepted !== undefined) {
    stage.checkExact('connections accepted', startsMs.length, accepted, 'connections');
  }
}

/** The first burst finds the queue empty. */
export function checkFirstBurst(
  stage: Stage,
  { simulations, untilMs }: OverflowPlan,
  onWire: readonly ClientOnWire[],
): void {
  const first = onWire.filter(({ syns }) => (syns[0] ?? 0) < untilMs);
  const unanswered = first.filter(
    ({ syns, synAcks }) => (synAcks[0] ?? Number.POSITIVE_INFINITY) > (syns[0] ?? 0) + 500,
  );
  checkRange(
    stage,
    'SYNs of the first burst that were dropped',
    rangeOf(simulations, ({ counts }) => counts.listenOverflows),
    {
      measured: unanswered.length,
      unit: 'segments',
      why: 'the server wakes up after the burst, or accepts in the midst of it',
    },
  );
}

export function checkPeak(
  stage: Stage,
  { simulations, limit, cause }: OverflowPlan,
  peaks: QueuePeaks,
): void {
  const capacity = acceptQueueCapacity(limit);
  const isReached = simulations.every(({ acceptQueuePeak }) => acceptQueuePeak === capacity);
  const racing = isStream(cause) ? availableParallelism() - 1 : 0;
  checkRange(
    stage,
    'longest accept queue',
    [isReached && !isStream(cause) ? capacity : 0, capacity + racing],
    {
      measured: highest(peaks),
      unit: 'connections',
      why:
        racing === 0
          ? 'never more than limit + 1'
          : 'limit + 1; the place is looked for and taken in two steps, so that other processors can add one each',
    },
  );
}

/** That there is a finding at all is one of the expected ones. */
export function checkNamed(stage: Stage, { findings }: Report, cause: string, isCapped: boolean): void {
  const causeOf = (id: string): string | undefined => findings.find((one) => one.id === id)?.cause.id;
  const named = causeOf('accept-queue-overflow');
  if (named === undefined) return;
  stage.checkExact('the cause the doctor names', cause, named);
  const capped = causeOf('backlog-capped') === undefined ? 'no' : 'yes';
  stage.checkExact('the doctor says that somaxconn is the limit', isCapped ? 'yes' : 'no', capped);
}
