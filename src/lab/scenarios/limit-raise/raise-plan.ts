/** What changing a listener's limit does for clients that wait outside, worked out before anything happens. */
import { usageError } from '../../../base/errors.ts';
import type { KernelVersion } from '../../../tcp/model/kernel-version.ts';
import type { PredictedOutcome, Prediction } from '../../../tcp/prediction.ts';
import { acceptQueueCapacity } from '../../../tcp/queue-limits.ts';
import { numberOf, type SettingValues } from '../../../tcp/setting.ts';
import type { ExpectedFindings } from '../../scenario.ts';
import { type AffectedClient, firstAffected } from '../queues/affected-client.ts';
import { queuePrediction } from '../queues/queue-prediction.ts';
import { type HandshakeTimers, handshakeTimers } from '../queues/queue-settings.ts';
import type { Range } from '../queues/range-of.ts';
import type { SimulatedClient } from '../queues/simulate-listener.ts';
import { rttMsOf } from '../timers/path.ts';

/** A listener's limit before and after something was changed. */
export interface LimitChange {
  readonly before: number;
  readonly after: number;
  /** net.core.somaxconn of the listener's own namespace, afterwards. */
  readonly somaxconnAfter: number;
  /** Whether those who wait in the queue stay there; a new listener begins with an empty queue, the old one's are reset. */
  readonly keepsQueue: boolean;
  /** What was done and why it works or does not, one sentence. */
  readonly because: string;
}

export interface RaisePlan {
  readonly change: LimitChange;
  readonly timers: HandshakeTimers;
  /** Clients that fill the queue first. */
  readonly fillers: number;
  readonly senders: number;
  readonly changeAfterSyns: number;
  /** A client that comes right after the change, before those that wait try again. */
  readonly latecomerGetsIn: boolean;
  /** Of the senders: those that find a place when they try again. */
  readonly letIn: number;
  /** Of the senders: connect() succeeds also where several pass as SYNs for one place, and only one ACK finds it free. */
  readonly connected: Range;
  readonly waitingAtEnd: number;
  readonly overflows: number;
  readonly resets: number;
  readonly affected: AffectedClient;
}

/** Throws a usage error for settings that mean nothing together. */
export function planRaise(values: SettingValues, kernel: KernelVersion, change: LimitChange): RaisePlan {
  const timers = handshakeTimers(values, kernel);
  const senders = numberOf(values, 'senders');
  const changeAfterSyns = numberOf(values, 'changeAfterSyns');
  refuseTooLate(changeAfterSyns, numberOf(values, 'tcp_syn_retries'));
  const fillers = acceptQueueCapacity(change.before);
  const kept = change.keepsQueue ? fillers : 0;
  const room = Math.max(0, acceptQueueCapacity(change.after) - kept);
  const latecomerGetsIn = room > 0;
  const roomLeft = room - (latecomerGetsIn ? 1 : 0);
  const letIn = Math.min(senders, roomLeft);
  return {
    change,
    timers,
    fillers,
    senders,
    changeAfterSyns,
    latecomerGetsIn,
    letIn,
    connected: letIn === 0 || letIn === senders ? [letIn, letIn] : [letIn, senders],
    waitingAtEnd: kept + letIn + (latecomerGetsIn ? 1 : 0),
    // Row a for each SYN; whoever passes as a SYN for a place that is taken at its ACK is one of row b: one overflow as well.
    overflows: senders * changeAfterSyns + (senders - letIn) + (latecomerGetsIn ? 0 : 1),
    resets: change.keepsQueue ? 0 : fillers,
    affected: firstOfThem(values, timers, letIn > 0 ? changeAfterSyns + 1 : undefined),
  };
}

function refuseTooLate(changeAfterSyns: number, synRetries: number): void {
  if (changeAfterSyns <= synRetries) return;
  const remedy = `With tcp_syn_retries=${synRetries} the last SYN is number ${synRetries + 1}: set it to at least ${changeAfterSyns}.`;
  throw usageError('set changeAfterSyns to', `"${changeAfterSyns}"`, remedy);
}

/** How long they are watched after their first SYN: until the first one after the change, and a little longer. */
export function watchUntilMs({
  timers,
  changeAfterSyns,
}: Pick<RaisePlan, 'timers' | 'changeAfterSyns'>): number {
  return (timers.syns[changeAfterSyns]?.latestMs ?? timers.synsEnd.latestMs) + afterwardsMs;
}

const afterwardsMs = 500;

function firstOfThem(
  values: SettingValues,
  timers: HandshakeTimers,
  letInAtSyn: number | undefined,
): AffectedClient {
  const client: SimulatedClient = {
    startMs: 0,
    fate: letInAtSyn === undefined ? 'dropped' : 'in',
    trouble: 'syn-dropped',
    synsSent: letInAtSyn ?? timers.syns.length,
    inAtMs: undefined,
    connectedAtMs: undefined,
    endedAtMs: undefined,
  };
  const untilMs = watchUntilMs({ timers, changeAfterSyns: numberOf(values, 'changeAfterSyns') });
  return firstAffected([client], { timers, rttMs: rttMsOf(values), data: [] }, () => untilMs);
}

export function predictRaise(values: SettingValues, kernel: KernelVersion, plan: RaisePlan): Prediction {
  const { change, affected, letIn, senders, timers } = plan;
  const dropped: PredictedOutcome = { ...timers.synsEnd, errno: 'ETIMEDOUT', state: 'CLOSE' };
  return {
    ...queuePrediction(values, kernel, change.before, {
      events: affected.events,
      outcome: affected.outcome,
      answer: answerText(plan),
      because: [
        'A SYN that finds the accept queue full is dropped without an answer (tcp_conn_request()).',
        change.because,
      ],
    }),
    ...(letIn > 0 && letIn < senders ? { alternatives: [dropped] } : {}),
  };
}

function answerText({ change, fillers, letIn, senders, changeAfterSyns, resets }: RaisePlan): string {
  const { before, after } = change;
  const lost = resets === 0 ? '' : ` The ${resets} in the old queue are reset.`;
  const limit = before === after ? `The limit stays ${before}` : `The limit goes from ${before} to ${after}`;
  const who = letIn === senders ? `all ${senders}` : letIn === 0 ? 'none' : `${letIn}`;
  return `${limit}. ${fillers} connections fill the queue; of ${senders} clients outside ${who} get in with SYN ${changeAfterSyns + 1}.${lost}`;
}

const never = ['syn-flood', 'reuseport-imbalance', 'close-wait-leak', 'dead-peers', 'connect-refused'];
/** Above this a limit that equals somaxconn is worth a word only when the queue comes near it. */
const ampleSomaxconn = 4096;

/** The doctor watches from the change on. */
export function raiseFindings(plan: RaisePlan): ExpectedFindings {
  const { change, letIn, senders } = plan;
  const { after, somaxconnAfter, keepsQueue } = change;
  const drops = letIn < senders;
  const isCut = after === somaxconnAfter;
  return {
    expected: [
      ...(drops ? ['accept-queue-overflow'] : []),
      ...(isCut && somaxconnAfter < ampleSomaxconn ? ['backlog-capped'] : []),
    ],
    forbidden: [
      ...never,
      // Of a socket that lives on, the doctor may say that it has dropped SYNs earlier (checkCure).
      ...(drops || keepsQueue ? [] : ['accept-queue-overflow']),
      ...(isCut ? [] : ['backlog-capped']),
      // A limit raised too little: those that come back together may fill the SYN queue too.
      ...(senders <= after ? ['syn-queue-overflow'] : []),
    ],
  };
}
