/** What heartbeat-storm predicts: senders that connect and close at a fixed interval, and collectors that accept at a rate. */
import { type KernelVersion, kernelRelease } from '../../../tcp/model/kernel-version.ts';
import { defaultClock, timerLatenessMs } from '../../../tcp/model/timer-wheel.ts';
import type { Prediction } from '../../../tcp/prediction.ts';
import { acceptQueueCapacity } from '../../../tcp/queue-limits.ts';
import { numberOf, type SettingValues } from '../../../tcp/setting.ts';
import type { ExpectedFindings } from '../../scenario.ts';
import { firstAffected } from '../queues/affected-client.ts';
import { queuePrediction } from '../queues/queue-prediction.ts';
import { handshakeTimers, kernelNumber, limitOf } from '../queues/queue-settings.ts';
import { rangeOf } from '../queues/range-of.ts';
import { resentDataMs } from '../queues/resent-data.ts';
import { type SimulatedClients, type Simulation, simulateListener } from '../queues/simulate-listener.ts';
import { rttMsOf } from '../timers/path.ts';

export interface StormPlan {
  readonly limit: number;
  /** Heartbeats a second, at each collector. */
  readonly arrivalsPerSecond: number;
  /** How many senders each collector has. */
  readonly senders: readonly number[];
  /** A sender gives up before its next heartbeat is due. */
  readonly giveUpAfterMs: number;
  /** Whether the queue of a collector overflows, while the doctor watches, as far as that can be told. */
  readonly overflows: 'yes' | 'no' | 'perhaps';
  /** Of the collector with the most senders: as the model plays it, and with the speeds that a busy machine makes. */
  readonly simulations: readonly [Simulation, ...Simulation[]];
}

export function planStorm(values: SettingValues, kernel: KernelVersion): StormPlan {
  const number = (name: string): number => numberOf(values, name);
  const [all, collectors, heartbeatMs] = [number('senders'), number('collectors'), number('heartbeatMs')];
  const senders = Array.from({ length: collectors }, (_, i) => Math.ceil((all - i) / collectors));
  const [busiest = 0] = senders;
  const arrivalsPerSecond = (busiest * 1000) / heartbeatMs;
  const giveUpAfterMs = heartbeatMs * 0.9;
  const timers = handshakeTimers(values, kernel);
  const rttMs = rttMsOf(values);
  const patient = timers.syns.map(({ atMs }) => atMs).filter((atMs) => atMs < giveUpAfterMs);
  const clients = (factor: number): SimulatedClients => ({
    startsMs: Array.from(
      { length: Math.floor((arrivalsPerSecond * number('watchMs')) / 1000) },
      (_, n) => (n * 1000 * factor) / arrivalsPerSecond,
    ),
    rttMs,
    resendTickMs: timerLatenessMs(1000, { ...defaultClock, kernel }),
    syns: { atMs: patient, endMs: Math.min(giveUpAfterMs, timers.synsEnd.atMs) },
    synAcks: { atMs: timers.synAcks.map(({ atMs }) => atMs), endMs: timers.synAcksEnd.atMs },
    dataMs: resentDataMs(rttMs, kernel), // The FIN of one that closes at once is resent like data.
  });
  const play = (accepts: number, factor: number, untilMs = number('watchMs')): Simulation =>
    simulateListener(
      {
        limit: limitOf(values),
        syncookies: kernelNumber(values, 'tcp_syncookies'),
        maxSynBacklog: kernelNumber(values, 'tcp_max_syn_backlog'),
        abortOnOverflow: false,
        kernelRelease: kernelRelease(kernel),
        accepting: { fromMs: 0, perSecond: number('acceptsPerSecond') * accepts },
      },
      clients(factor),
      untilMs,
    );
  const first = play(1, 1);
  const near = [first, play(0.85, 1), play(1, 1.05)];
  const [, most] = rangeOf(near, overflowsOf);
  const seenMs = doctorFromMs + stormWindowMs(values) - 300;
  const [seen] = rangeOf([play(1, 1, seenMs), play(1, 1.05, seenMs)], overflowsOf);
  const overflows = seen > 0 ? 'yes' : most === 0 ? 'no' : 'perhaps';
  return {
    limit: limitOf(values),
    arrivalsPerSecond,
    senders,
    giveUpAfterMs,
    overflows,
    // Who keeps up may be held up, but not so long that its queue fills; who does not keep up just falls behind further.
    simulations: [first, ...near, ...(overflows === 'no' ? [] : [play(0.6, 1)])],
  };
}

export function overflowsOf({ counts }: Simulation): number {
  return counts.listenOverflows;
}

export function predictStorm(values: SettingValues, kernel: KernelVersion, plan: StormPlan): Prediction {
  const [first] = plan.simulations;
  const accepts = numberOf(values, 'acceptsPerSecond');
  const behaviour = { timers: handshakeTimers(values, kernel), rttMs: rttMsOf(values), data: [] };
  const affected = firstAffected(first.clients, behaviour, () => plan.giveUpAfterMs, ['syn-dropped']);
  const grows = plan.arrivalsPerSecond - accepts;
  const room = acceptQueueCapacity(plan.limit);
  return queuePrediction(values, kernel, plan.limit, {
    events: affected.events,
    outcome:
      affected.trouble === undefined
        ? affected.outcome
        : { atMs: plan.giveUpAfterMs, latestMs: plan.giveUpAfterMs, errno: null, state: 'CLOSE' },
    answer:
      grows <= 0
        ? `${rate(plan.arrivalsPerSecond)} heartbeats a second come to each collector, which accepts ${rate(accepts)}: it keeps up.`
        : `${rate(plan.arrivalsPerSecond)} heartbeats a second come to each collector, which accepts ${rate(accepts)}: its queue of ${room} is full after ${Math.round((room * 1000) / grows)} ms, and whoever still gets in waits ${Math.round((room * 1000) / accepts)} ms.`,
    because: [
      'A heartbeat costs an accept() like any other connection; a queue that gets more than it gives is full in the end, however long it is.',
    ],
  });
}

function rate(perSecond: number): string {
  return String(Math.round(perSecond * 10) / 10);
}

/** The doctor begins when the queue has had the time to fill. */
export const doctorFromMs = 1000;

export function stormWindowMs(values: SettingValues): number {
  return Math.max(2000, Math.min(numberOf(values, 'watchMs') - 2000, 6000));
}

/** Heartbeats of a listener that the doctor sees end, with something to spare. */
const ENOUGH_ENDED = 20;

export function stormFindings(values: SettingValues, plan: StormPlan): ExpectedFindings {
  const ends = Math.min(plan.arrivalsPerSecond, numberOf(values, 'acceptsPerSecond'));
  const isSeen = ends >= 3 && (ends * stormWindowMs(values)) / 1000 >= ENOUGH_ENDED;
  return {
    expected: [
      ...(isSeen ? ['connection-churn'] : []),
      ...(plan.overflows === 'yes' ? ['accept-queue-overflow'] : []),
    ],
    forbidden: [
      'syn-flood',
      'reuseport-imbalance',
      'dead-peers',
      'connect-refused',
      ...(plan.overflows === 'no' ? ['accept-queue-overflow', 'syn-queue-overflow'] : []),
    ],
  };
}
