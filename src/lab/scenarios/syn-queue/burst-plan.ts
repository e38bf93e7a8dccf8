/** What syn-queue-burst predicts: a burst that is half-open all at once, as the kernel's rules take it. */
import { type KernelVersion, kernelRelease } from '../../../tcp/model/kernel-version.ts';
import { defaultClock, timerLatenessMs } from '../../../tcp/model/timer-wheel.ts';
import type { Prediction } from '../../../tcp/prediction.ts';
import { synQueueCapacity } from '../../../tcp/queue-limits.ts';
import { numberOf, type SettingValues } from '../../../tcp/setting.ts';
import type { ExpectedFindings } from '../../scenario.ts';
import { type Accepting, acceptsAtOnce } from '../queues/accept-line.ts';
import { type AffectedClient, firstAffected } from '../queues/affected-client.ts';
import { queuePrediction } from '../queues/queue-prediction.ts';
import { handshakeTimers, kernelNumber, limitOf, refuseLateComers } from '../queues/queue-settings.ts';
import { rangeOf } from '../queues/range-of.ts';
import { resentDataMs } from '../queues/resent-data.ts';
import {
  type SimulatedClients,
  type SimulatedListener,
  type Simulation,
  simulateListener,
} from '../queues/simulate-listener.ts';
import { rttMsOf } from '../timers/path.ts';

export interface BurstPlan {
  readonly limit: number;
  /** Half-open connections that fit. */
  readonly room: number;
  /** As the model plays it, and with the differences that a busy machine makes, the first one among them. */
  readonly simulations: readonly [Simulation, ...Simulation[]];
  readonly affected: AffectedClient;
}

/** A server that a busy machine holds up between two accepts. */
const heldUp: readonly Accepting[] = [0, 50, 100, 150].map((firstMs) => ({
  fromMs: 0,
  pauses: { firstMs, lastMs: 60, everyMs: 200 },
}));

/** The last look at the counters comes a little after the end of the watch. */
const lateMs = 60;
/** A busy machine starts clients in bunches. */
const bunchesMs = [50, 150, 300];

export function planBurst(values: SettingValues, kernel: KernelVersion): BurstPlan {
  refuseLateComers(values, numberOf(values, 'watchMs') - 1000 - rttMsOf(values), 'watchMs');
  const limit = limitOf(values);
  const timers = handshakeTimers(values, kernel);
  const perMs = numberOf(values, 'arrivalsPerSecond') / 1000;
  const rttMs = rttMsOf(values);
  const listener: SimulatedListener = {
    limit,
    syncookies: kernelNumber(values, 'tcp_syncookies'),
    maxSynBacklog: kernelNumber(values, 'tcp_max_syn_backlog'),
    abortOnOverflow: false,
    kernelRelease: kernelRelease(kernel),
    accepting: acceptsAtOnce,
  };
  const clients: SimulatedClients = {
    startsMs: Array.from({ length: numberOf(values, 'senders') }, (_, n) => n / perMs),
    rttMs,
    resendTickMs: timerLatenessMs(1000, { ...defaultClock, kernel }),
    syns: { atMs: timers.syns.map(({ atMs }) => atMs), endMs: timers.synsEnd.atMs },
    synAcks: { atMs: timers.synAcks.map(({ atMs }) => atMs), endMs: timers.synAcksEnd.atMs },
    dataMs: resentDataMs(rttMs, kernel),
  };
  const late = timers.syns.map(({ latestMs }) => latestMs);
  const untilMs = numberOf(values, 'watchMs');
  const play = (some: Partial<SimulatedClients>, accepting = acceptsAtOnce, toMs = untilMs): Simulation =>
    simulateListener({ ...listener, accepting }, { ...clients, ...some }, toMs);
  const arriving = (when: (ms: number) => number): Simulation =>
    play({ startsMs: clients.startsMs.map(when) });
  const first = play({});
  return {
    limit,
    room: synQueueCapacity({ ...listener }),
    simulations: [
      first,
      play({ syns: { atMs: late, endMs: timers.synsEnd.latestMs } }),
      play({ rttMs: rttMs === 0 ? 0 : rttMs + 10 }),
      play({ rttMs: rttMs * 0.98 }),
      arriving((ms) => ms * 0.95),
      arriving((ms) => ms * 1.05),
      ...bunchesMs.map((bunchMs) => arriving((ms) => Math.floor(ms / bunchMs) * bunchMs)),
      ...heldUp.map((accepting) => play({}, accepting)),
      play({}, acceptsAtOnce, untilMs + lateMs),
    ],
    affected: {
      ...firstAffected(
        first.clients,
        { timers, rttMs, data: [] },
        (index) => untilMs - (clients.startsMs[index] ?? 0),
      ),
      competes: true,
    },
  };
}

/** SYNs that found no room: dropped, or answered with a cookie. */
function turnedAway({ counts }: Simulation): number {
  return counts.cookiesSent + counts.listenDrops - counts.listenOverflows;
}

export function predictBurst(values: SettingValues, kernel: KernelVersion, plan: BurstPlan): Prediction {
  const [first] = plan.simulations;
  const dropped = first.counts.listenDrops;
  const fate =
    first.counts.cookiesSent > 0
      ? `${first.counts.cookiesSent} clients get a cookie and come back with it`
      : `${dropped} SYNs are dropped`;
  return queuePrediction(values, kernel, plan.limit, {
    events: plan.affected.events,
    outcome: plan.affected.outcome,
    answer: `${plan.room} handshakes may be half-open; ${turnedAway(first) + dropped === 0 ? 'nobody is turned away' : fate}.`,
    because: [
      rttMsOf(values) === 0
        ? 'Without a round-trip time a handshake is over before the next one begins: requests never meet.'
        : `All who come within a round trip of ${Math.round(rttMsOf(values))} ms are half-open at the same time.`,
    ],
  });
}

export function burstFindings(values: SettingValues, plan: BurstPlan): ExpectedFindings {
  const cookies = kernelNumber(values, 'tcp_syncookies');
  const [least, most] = rangeOf(plan.simulations, turnedAway);
  const overflows = rangeOf(plan.simulations, ({ counts }) => counts.listenOverflows);
  const expected = [
    ...(cookies !== 2 && least > 0 ? ['syn-queue-overflow'] : []),
    ...(cookies === 0 ? ['syncookies-off'] : []),
    ...(cookies === 2 ? ['syncookies-always'] : []),
  ];
  const forbidden = [
    'syn-flood',
    'connection-churn',
    'dead-peers',
    'close-wait-leak',
    ...(most === 0 || cookies === 2 ? ['syn-queue-overflow'] : []),
    ...(overflows[1] === 0 ? ['accept-queue-overflow'] : []),
  ];
  return { expected, forbidden };
}

/** What the doctor should call it. */
export function burstCause(values: SettingValues, { room, limit }: BurstPlan): string {
  const byListener = synQueueCapacity({
    limit,
    syncookies: 1,
    maxSynBacklog: kernelNumber(values, 'tcp_max_syn_backlog'),
    kernelRelease: '',
  });
  return kernelNumber(values, 'tcp_syncookies') === 0 && room < byListener ? 'max-syn-backlog' : 'burst';
}
