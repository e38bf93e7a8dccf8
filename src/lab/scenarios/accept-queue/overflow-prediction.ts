import type { KernelVersion } from '../../../tcp/model/kernel-version.ts';
import type { Prediction } from '../../../tcp/prediction.ts';
import { acceptQueueCapacity } from '../../../tcp/queue-limits.ts';
import { numberOf, type SettingValues } from '../../../tcp/setting.ts';
import type { ExpectedFindings } from '../../scenario.ts';
import { type AffectedClient, firstAffected } from '../queues/affected-client.ts';
import { queuePrediction } from '../queues/queue-prediction.ts';
import { handshakeTimers, kernelNumber } from '../queues/queue-settings.ts';
import { rangeOf } from '../queues/range-of.ts';
import { resentData } from '../queues/resent-data.ts';
import { type Trouble, troubles } from '../queues/simulate-listener.ts';
import { rttMsOf } from '../timers/path.ts';
import { isStream, type OverflowPlan } from './overflow-plan.ts';

export function predictOverflow(
  values: SettingValues,
  kernel: KernelVersion,
  plan: OverflowPlan,
): Prediction {
  const { events, outcome, trouble } = affectedClient(values, kernel, plan);
  return queuePrediction(values, kernel, plan.limit, {
    events,
    outcome,
    answer: answerText(plan),
    because: [whyText[trouble ?? 'none']],
  });
}

/** Whom it hits first, as far as it is watched. */
export function affectedClient(
  values: SettingValues,
  kernel: KernelVersion,
  plan: OverflowPlan,
): AffectedClient {
  const rttMs = rttMsOf(values);
  const [first] = plan.simulations;
  const data = values.client === 'sends' && !isStream(plan.cause) ? resentData(rttMs, kernel) : [];
  const behaviour = { timers: handshakeTimers(values, kernel), rttMs, data };
  const affected = firstAffected(
    first.clients,
    behaviour,
    (index) => numberOf(values, 'watchMs') - (plan.startsMs[index] ?? 0),
    isStream(plan.cause) ? ['syn-dropped'] : troubles,
  );
  return { ...affected, competes: true };
}

const whyText: Readonly<Record<Trouble | 'none', string>> = {
  'syn-dropped': 'A SYN that finds the accept queue full is dropped without an answer (tcp_conn_request()).',
  'ack-dropped':
    'An ACK that finds the accept queue full is dropped: the client is connected, the server holds a half-open request (tcp_v4_syn_recv_sock(), tcp_check_req()).',
  aborted:
    'With tcp_abort_on_overflow=1 an ACK that finds the accept queue full draws a RST (tcp_check_req()).',
  'cookie-dropped':
    'A cookie that comes back to a full accept queue leaves nothing behind: the client is connected, the server knows nothing (cookie_v4_check()).',
  none: 'Nobody is turned away.',
};

function answerText({ simulations, limit }: OverflowPlan): string {
  const [first] = simulations;
  const count = (fates: readonly string[]): number =>
    first.clients.filter(({ fate }) => fates.includes(fate)).length;
  const room = `${acceptQueueCapacity(limit)} connections may wait`;
  if (overflows(simulations) === 'no') return `${room}, and all clients get in at once.`;
  const turnedAway = count(['dropped', 'gave-up']);
  const halfWay = count(['stuck', 'forgotten', 'reset']);
  return `${room}; of ${first.clients.length} connections ${turnedAway} are dropped as SYNs and ${halfWay} at their last ACK, which counts ${first.counts.listenOverflows} overflows.`;
}

type Simulations = OverflowPlan['simulations'];

export function overflows(simulations: Simulations): 'yes' | 'no' | 'perhaps' {
  const [least, most] = rangeOf(simulations, ({ counts }) => counts.listenOverflows);
  if (least > 0) return 'yes';
  return most === 0 ? 'no' : 'perhaps';
}

const never = ['syn-flood', 'reuseport-imbalance', 'close-wait-leak', 'dead-peers', 'connect-refused'];

export function overflowFindings(values: SettingValues, plan: OverflowPlan): ExpectedFindings {
  const does = overflows(plan.simulations);
  const cookies = kernelNumber(values, 'tcp_syncookies');
  const aborts = kernelNumber(values, 'tcp_abort_on_overflow') === 1;
  const expected = [
    ...(does === 'yes' ? ['accept-queue-overflow'] : []),
    ...(aborts ? ['abort-on-overflow'] : []),
    ...(cookies === 0 ? ['syncookies-off'] : []),
    ...(cookies === 2 ? ['syncookies-always'] : []),
  ];
  const forbidden = [
    ...never,
    // Connections that stay are no churn, unless they are reset; a queue on a plain link holds no half-open requests.
    ...(isStream(plan.cause) || aborts ? [] : ['connection-churn']),
    ...(rttMsOf(values) === 0 && !isStream(plan.cause) ? ['syn-queue-overflow'] : []),
    ...(does === 'no' ? ['accept-queue-overflow'] : []),
  ];
  return { expected, forbidden };
}

/** Then the limit is not the server's own number. */
export function isCapped(values: SettingValues, { limit }: OverflowPlan): boolean {
  return limit === kernelNumber(values, 'somaxconn');
}

/** From the first client on; the doctor ends before a stream does, and before a stopped server runs again. */
export function doctorsWindowMs(values: SettingValues, plan: OverflowPlan): number {
  const againMs = numberOf(values, 'acceptAgainMs') || Number.POSITIVE_INFINITY;
  const lastsMs = numberOf(values, 'watchMs') - (isStream(plan.cause) ? 1000 : 0);
  return Math.max(1000, Math.min(lastsMs, againMs, 5500) - 500);
}

/** What causes it can be told when it happens again while the doctor watches. */
export function isRepeated(values: SettingValues, plan: OverflowPlan): boolean {
  return plan.cause !== 'burst' || 2 * plan.burstEveryMs <= doctorsWindowMs(values, plan);
}
