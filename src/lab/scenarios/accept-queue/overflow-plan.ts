/** What accept-queue-overflow stages, worked out before anything happens. */
import { usageError } from '../../../base/errors.ts';
import { type KernelVersion, kernelRelease } from '../../../tcp/model/kernel-version.ts';
import { defaultClock, timerLatenessMs } from '../../../tcp/model/timer-wheel.ts';
import { acceptQueueCapacity } from '../../../tcp/queue-limits.ts';
import { numberOf, type SettingValues } from '../../../tcp/setting.ts';
import { type Accepting, acceptsAtOnce, neverAccepts } from '../queues/accept-line.ts';
import { handshakeTimers, kernelNumber, refuseLateComers } from '../queues/queue-settings.ts';
import { resentDataMs } from '../queues/resent-data.ts';
import {
  type SimulatedClients,
  type SimulatedListener,
  type Simulation,
  simulateListener,
} from '../queues/simulate-listener.ts';
import { rttMsOf } from '../timers/path.ts';

/** What the doctor may call the cause, and none: a server that keeps up. */
export const overflowCauses = [
  'process-stopped',
  'fd-limit',
  'cpu-saturated',
  'blocked',
  'burst',
  'sustained-overload',
  'backlog-too-small',
  'none',
] as const;
export type OverflowCause = (typeof overflowCauses)[number];

export interface OverflowPlan {
  readonly cause: OverflowCause;
  /** sk_max_ack_backlog. */
  readonly limit: number;
  /** Clients that wait in the queue before the others come. */
  readonly waitingFirst: number;
  /** When each connection begins: a stream of them ends a second before the watch, of bursts it is the first. */
  readonly startsMs: readonly number[];
  /** How far it is predicted in detail. */
  readonly untilMs: number;
  /** Between two bursts. */
  readonly burstEveryMs: number;
  readonly acceptsPerSecond: number;
  readonly pauseMs: number;
  readonly pauseEveryMs: number;
  /** As the model plays it, and with the differences that a busy machine makes, the first one among them. */
  readonly simulations: readonly [Simulation, ...Simulation[]];
}

/** Nobody accepts: the clients come once and stay. */
export function standsStill(cause: OverflowCause): boolean {
  return ['process-stopped', 'fd-limit', 'cpu-saturated', 'blocked'].includes(cause);
}

/** Connections come all the time and go again. */
export function isStream(cause: OverflowCause): boolean {
  return cause === 'sustained-overload' || cause === 'backlog-too-small' || cause === 'burst';
}

/** With the user's own server: those who fill its queue, however long that is, come before the others. */
export function planForUsersServer(
  values: SettingValues,
  kernel: KernelVersion,
  limit: number,
): OverflowPlan {
  const waitingFirst = values.cause === 'process-stopped' ? acceptQueueCapacity(limit) : 0;
  return planOverflow({ ...values, waitingFirst }, kernel, limit);
}

/** Throws a usage error for settings that mean nothing together. */
export function planOverflow(values: SettingValues, kernel: KernelVersion, limit: number): OverflowPlan {
  const cause = values.cause as OverflowCause;
  refuseMeaningless(values, cause, limit);
  const arrivals = numberOf(values, 'arrivalsPerSecond');
  const usualAccepts = cause === 'burst' ? 4 * arrivals : arrivals / 3;
  const pauseMs =
    numberOf(values, 'pauseMs') || Math.ceil((1.5 * 1000 * acceptQueueCapacity(limit)) / arrivals);
  const burstEveryMs = (1000 * numberOf(values, 'senders')) / arrivals;
  const plan = {
    cause,
    limit,
    waitingFirst: numberOf(values, 'waitingFirst'),
    startsMs: startTimes(values, cause),
    untilMs: cause === 'burst' ? Math.min(firstBurstMs, burstEveryMs * 0.9) : numberOf(values, 'watchMs'),
    burstEveryMs,
    acceptsPerSecond: numberOf(values, 'acceptsPerSecond') || usualAccepts,
    pauseMs,
    pauseEveryMs: Math.max(500, 4 * pauseMs),
  };
  const [first, ...others] = [0, lateMs].flatMap((ms) =>
    variantsOf(plan, values, kernel).map(([listener, clients]) =>
      simulateListener(listener, clients, plan.untilMs + ms),
    ),
  );
  if (first === undefined) throw new RangeError('no variant');
  return { ...plan, simulations: [first, ...others] };
}

/** The last look at the counters comes a little after the end of the watch. */
const lateMs = 60;

function refuseMeaningless(values: SettingValues, cause: OverflowCause, limit: number): void {
  const only = (name: string, causes: readonly OverflowCause[]): void => {
    if (numberOf(values, name) === 0 || causes.includes(cause)) return;
    throw usageError(`set ${name} with`, `cause=${cause}`, `It goes with cause=${causes.join(', ')}.`);
  };
  only('acceptAgainMs', ['process-stopped']);
  only('waitingFirst', ['process-stopped', 'cpu-saturated', 'blocked']);
  only('acceptsPerSecond', ['sustained-overload', 'burst']);
  only('pauseMs', ['backlog-too-small']);
  if (!isStream(cause)) refuseLateComers(values, numberOf(values, 'watchMs') - 1000, 'watchMs');
  if (numberOf(values, 'waitingFirst') > acceptQueueCapacity(limit)) {
    const room = `A backlog of ${limit} has room for ${acceptQueueCapacity(limit)}.`;
    throw usageError('set waitingFirst to', `"${numberOf(values, 'waitingFirst')}"`, room);
  }
}

export function streamMs(values: SettingValues): number {
  return numberOf(values, 'watchMs') - 1000;
}

function startTimes(values: SettingValues, cause: OverflowCause): number[] {
  const perMs = numberOf(values, 'arrivalsPerSecond') / 1000;
  const senders = numberOf(values, 'senders');
  if (!isStream(cause)) return Array.from({ length: senders }, (_, n) => n / perMs);
  if (cause === 'burst') return Array.from({ length: senders }, (_, n) => n * burstGapMs);
  return Array.from({ length: Math.ceil(streamMs(values) * perMs) }, (_, n) => n / perMs);
}

/** Before the first SYNs come again. */
const firstBurstMs = 900;
/** One process starts some ten connections in a millisecond. */
const burstGapMs = 0.1;

type Basics = Omit<OverflowPlan, 'simulations'>;
type Variant = readonly [SimulatedListener, SimulatedClients];

function variantsOf(plan: Basics, values: SettingValues, kernel: KernelVersion): readonly Variant[] {
  const timers = handshakeTimers(values, kernel);
  const rttMs = rttMsOf(values);
  const listener: SimulatedListener = {
    limit: plan.limit,
    syncookies: kernelNumber(values, 'tcp_syncookies'),
    maxSynBacklog: kernelNumber(values, 'tcp_max_syn_backlog'),
    abortOnOverflow: kernelNumber(values, 'tcp_abort_on_overflow') === 1,
    kernelRelease: kernelRelease(kernel),
    accepting: neverAccepts,
    waiting: plan.waitingFirst,
  };
  const clients: SimulatedClients = {
    startsMs: plan.startsMs,
    rttMs,
    resendTickMs: timerLatenessMs(1000, { ...defaultClock, kernel }),
    syns: { atMs: timers.syns.map(({ atMs }) => atMs), endMs: timers.synsEnd.atMs },
    synAcks: { atMs: timers.synAcks.map(({ atMs }) => atMs), endMs: timers.synAcksEnd.atMs },
    // Who closes at once sends a FIN that is resent like data.
    dataMs: values.client === 'sends' || isStream(plan.cause) ? resentDataMs(rttMs, kernel) : [],
  };
  const late: SimulatedClients = {
    ...clients,
    syns: { atMs: timers.syns.map(({ latestMs }) => latestMs), endMs: timers.synsEnd.latestMs },
    synAcks: { atMs: timers.synAcks.map(({ latestMs }) => latestMs), endMs: timers.synAcksEnd.latestMs },
  };
  const stretched = (factor: number): SimulatedClients => ({
    ...clients,
    startsMs: plan.startsMs.map((ms) => ms * factor),
  });
  const bunched = (bunchMs: number): SimulatedClients => ({
    ...clients,
    startsMs: plan.startsMs.map((ms) => Math.floor(ms / bunchMs) * bunchMs),
  });
  const spread =
    rttMs === 0 && standsStill(plan.cause)
      ? []
      : [
          stretched(0.9),
          stretched(1.1),
          ...(plan.cause === 'burst' ? [stretched(20)] : [bunched(50), bunched(150)]),
        ];
  return acceptings(plan, values).flatMap((accepting) =>
    [clients, late, ...spread].map((some): Variant => [{ ...listener, accepting }, some]),
  );
}

/** How the server accepts; more than one where that depends on the machine or on chance. */
function acceptings(plan: Basics, values: SettingValues): readonly Accepting[] {
  const { cause, acceptsPerSecond: perSecond, pauseMs: lastMs, pauseEveryMs: everyMs } = plan;
  const againMs = numberOf(values, 'acceptAgainMs');
  switch (cause) {
    case 'none':
      return [acceptsAtOnce, { fromMs: 0, perSecond: slowestAccepts }];
    case 'process-stopped':
    case 'blocked':
      if (againMs === 0) return [neverAccepts];
      return [{ fromMs: againMs }, { fromMs: againMs + 20, perSecond: slowestAccepts }];
    case 'fd-limit':
    case 'cpu-saturated':
      return [neverAccepts];
    case 'sustained-overload':
      return [1, 0.6].map((factor) => ({ fromMs: 0, perSecond: perSecond * factor }));
    case 'burst':
      // It wakes up after the burst, or takes some of it: up to 10 ms of lateness are made up for.
      return [
        { fromMs: 20, perSecond },
        { fromMs: 0, perSecond: perSecond * 1.5 },
      ];
    case 'backlog-too-small':
      return [0, 0.25, 0.5, 0.75].map((phase) => ({
        fromMs: 0,
        perSecond: slowestAccepts,
        pauses: { firstMs: phase * everyMs, lastMs, everyMs },
      }));
  }
}

/** What the lab's server does on a busy machine. */
const slowestAccepts = 2000;
