import { availableParallelism } from 'node:os';
import { acceptQueueCapacity } from '../../../tcp/queue-limits.ts';
import type { Report } from '../../../tcp/report.ts';
import type { Stage } from '../../stage/stage.ts';
import { checkDropsOnWire } from '../queues/check-drops-on-wire.ts';
import { checkRange } from '../queues/check-range.ts';
import type { ClientOnWire } from '../queues/client-on-wire.ts';
import { rangeOf, roughly, widened } from '../queues/range-of.ts';
import { highest, type QueuePeaks } from '../queues/watch-queues.ts';
import { overflowsOf, type StormPlan, stormWindowMs } from './storm-plan.ts';

/** Sums over all collectors. */
export function checkStorm(
  stage: Stage,
  plan: StormPlan,
  peaks: QueuePeaks,
  onWire: readonly ClientOnWire[],
): void {
  const collectors = plan.senders.length;
  const { acceptQueues } = stage.sample('server');
  const counters = stage.counters('server');
  const capacity = acceptQueueCapacity(plan.limit);
  const peak = rangeOf(plan.simulations, ({ acceptQueuePeak }) => acceptQueuePeak);
  checkRange(
    stage,
    'longest accept queue',
    [Math.floor(peak[0] * 0.7), capacity + availableParallelism() - 1],
    {
      measured: highest(peaks),
      unit: 'connections',
      why: 'at least 70 % of what the least favourable variant of the model says; at most limit + 1, and one for each other processor, since the place is looked for and taken in two steps',
    },
  );
  const times = (count: number): number => count * collectors;
  const [least, most] = roughly(rangeOf(plan.simulations, overflowsOf));
  checkRange(stage, 'ListenOverflows', [times(least), times(most)], {
    measured: counters('TcpExt.ListenOverflows'),
    unit: 'segments',
    why: 'half the least to twice the most of the model with other speeds: those who meet at the last place count several times',
  });
  checkDropsOnWire(stage, onWire);
  const waiting = acceptQueues.reduce((sum, { length }) => sum + length, 0);
  const accepted = widened(
    rangeOf(plan.simulations, ({ counts }) => counts.accepted),
    0.1,
  );
  checkRange(stage, 'connections accepted', [times(accepted[0]), times(accepted[1])], {
    measured: counters('Tcp.PassiveOpens') - waiting,
    unit: 'connections',
    why: 'a collector makes up for 10 ms of lateness at most; a busy machine slows it down',
  });
  const perSecond = stage.number('acceptsPerSecond');
  const waitMs = Math.round((1000 * waiting) / collectors / perSecond);
  stage.metric('wait in the accept queue at the end', waitMs, 'ms', 'less');
}

/** Heartbeats show as such when the window holds several of them. */
const BEATS_IN_WINDOW = 3;

export function checkStormDoctor(stage: Stage, plan: StormPlan, { findings }: Report): void {
  const causeOf = (id: string): string | undefined => findings.find((one) => one.id === id)?.cause.id;
  const churn = causeOf('connection-churn');
  const beats = stormWindowMs(stage.values) / stage.number('heartbeatMs');
  if (churn !== undefined && beats >= BEATS_IN_WINDOW)
    stage.checkExact('the cause the doctor names for the churn', 'heartbeats', churn);
  if (plan.overflows === 'yes') {
    const overflow = causeOf('accept-queue-overflow') ?? 'no finding';
    stage.checkExact('the cause the doctor names for the overflow', 'sustained-overload', overflow);
  }
}
