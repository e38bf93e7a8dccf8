/** What a group of listeners with one that is stuck does to its clients, worked out before anything happens. */
import { usageError } from '../../../base/errors.ts';
import { noiseMs } from '../../../tcp/clock-tolerance.ts';
import { type KernelVersion, kernelRelease } from '../../../tcp/model/kernel-version.ts';
import type { Prediction } from '../../../tcp/prediction.ts';
import { acceptQueueCapacity } from '../../../tcp/queue-limits.ts';
import { numberOf, type SettingValues } from '../../../tcp/setting.ts';
import type { ExpectedFindings } from '../../scenario.ts';
import { neverAccepts } from '../queues/accept-line.ts';
import { type AffectedClient, firstAffected } from '../queues/affected-client.ts';
import { queuePrediction } from '../queues/queue-prediction.ts';
import { type HandshakeTimers, handshakeTimers, kernelNumber, limitOf } from '../queues/queue-settings.ts';
import type { Range } from '../queues/range-of.ts';
import { simulateListener } from '../queues/simulate-listener.ts';
import type { StuckCause } from './reuseport-settings.ts';

export interface ReuseportPlan {
  readonly cause: StuckCause;
  readonly closes: boolean;
  readonly migrates: boolean;
  readonly sockets: number;
  readonly limit: number;
  readonly senders: number;
  /** From the first client to the last. */
  readonly spanMs: number;
  /** Clients whose hash falls on the stuck member. */
  readonly itsShare: Range;
  /** Of these: those that wait in its queue. */
  readonly waiting: Range;
  /** Of these: those whose SYNs it drops. */
  readonly dropped: Range;
  readonly timers: HandshakeTimers;
}

/** Throws a usage error for clients that would have given up before the stuck member is closed. */
export function planReuseport(values: SettingValues, kernel: KernelVersion): ReuseportPlan {
  const senders = numberOf(values, 'senders');
  const sockets = numberOf(values, 'sockets');
  const limit = limitOf(values);
  const spanMs = (1000 * senders) / numberOf(values, 'arrivalsPerSecond');
  const timers = handshakeTimers(values, kernel);
  refuseGivingUp(timers, spanMs);
  const cause = values.cause as StuckCause;
  const itsShare = cause === 'none' ? ([0, 0] as const) : shareOfOne(senders, sockets);
  const room = acceptQueueCapacity(limit);
  const dropped: Range = [Math.max(0, itsShare[0] - room), Math.max(0, itsShare[1] - room)];
  const closes = values.closeStuck === 'yes' && cause !== 'none';
  const comeBack = closes ? dropped[1] / (sockets - 1) : 0;
  refuseCrowding(room, Math.max((1000 * senders) / spanMs / sockets, comeBack));
  return {
    cause,
    closes,
    migrates: numberOf(values, 'tcp_migrate_req') === 1,
    sockets,
    limit,
    senders,
    spanMs,
    itsShare,
    waiting: [Math.min(room, itsShare[0]), Math.min(room, itsShare[1])],
    dropped,
    timers,
  };
}

/** reuseport_select_sock() takes the member that a hash of the four-tuple names: a throw of dice. Wrong once in a million runs. */
function shareOfOne(clients: number, sockets: number): Range {
  const share = 1 / sockets;
  const spread = 5 * Math.sqrt(clients * share * (1 - share));
  const mean = clients * share;
  return [Math.max(0, Math.floor(mean - spread)), Math.min(clients, Math.ceil(mean + spread))];
}

/** The doctor goes on watching for so long after the last client has come. */
export const doctorsRestMs = 1000;
/** Then its report is made and the stuck member closed, on a busy machine. */
const closingMs = 2500;

function refuseGivingUp({ syns }: HandshakeTimers, spanMs: number): void {
  const lastSynMs = syns.at(-1)?.atMs ?? 0;
  const neededMs = spanMs + doctorsRestMs + closingMs;
  if (lastSynMs >= neededMs) return;
  throw usageError(
    'let clients come for',
    `${Math.round(spanMs / 100) / 10} s`,
    `Their last SYN is sent after ${Math.round(lastSynMs / 100) / 10} s, and should be after ${Math.round(neededMs / 100) / 10} s: raise arrivalsPerSecond or tcp_syn_retries.`,
  );
}

/** What a server that accepts may be held up for on a busy machine. */
const heldUpMs = 200;

/** The other members are there to show that they have room: also when those who were outside come back within a second. */
function refuseCrowding(room: number, perSecond: number): void {
  const atOnce = (perSecond * heldUpMs) / 1000;
  if (atOnce <= room) return;
  throw usageError(
    'let the other listeners keep up with',
    `${Math.round(perSecond)} connections a second each`,
    `Held up for ${heldUpMs} ms they would overflow too: raise backlog or sockets, or lower arrivalsPerSecond or senders.`,
  );
}

/** A client whose SYNs the stuck member drops, from its first SYN until the member is closed; without a time as if nobody ever did. */
export function droppedClient(
  values: SettingValues,
  kernel: KernelVersion,
  closedMs = Number.POSITIVE_INFINITY,
): AffectedClient {
  const timers = handshakeTimers(values, kernel);
  const limit = limitOf(values);
  const listener = {
    limit,
    syncookies: kernelNumber(values, 'tcp_syncookies'),
    maxSynBacklog: kernelNumber(values, 'tcp_max_syn_backlog'),
    abortOnOverflow: false,
    kernelRelease: kernelRelease(kernel),
    accepting: neverAccepts,
    waiting: acceptQueueCapacity(limit),
  };
  const syns = { atMs: timers.syns.map(({ atMs }) => atMs), endMs: timers.synsEnd.atMs };
  const synAcks = { atMs: [0], endMs: timers.synAcksEnd.atMs };
  const clients = { startsMs: [0], rttMs: 0, syns, synAcks, dataMs: [] };
  const simulation = simulateListener(listener, clients, timers.synsEnd.latestMs);
  const behaviour = { timers, rttMs: 0, data: [] };
  // A SYN that may be as late as the close, with this machine's noise, belongs to neither side of it.
  const affected = firstAffected(simulation.clients, behaviour, () => closedMs - 2 * noiseMs);
  const nextSynMs = timers.syns[affected.events.length]?.atMs ?? closedMs;
  return { ...affected, eventsUntilMs: Math.min(closedMs, nextSynMs) };
}

export function predictReuseport(
  values: SettingValues,
  kernel: KernelVersion,
  plan: ReuseportPlan,
): Prediction {
  const { cause, sockets, closes, migrates } = plan;
  const letIn = { atMs: 0, latestMs: 0, errno: null, state: 'ESTABLISHED' };
  const client = cause === 'none' ? { events: [], outcome: letIn } : droppedClient(values, kernel);
  return queuePrediction(values, kernel, plan.limit, {
    events: client.events,
    outcome: client.outcome,
    answer: answerText(plan),
    because: [
      `A hash of the four-tuple chooses the listener, full or not; a SYN that is sent again comes to the same one (reuseport_select_sock()). About 1 in ${sockets} clients goes to each.`,
      ...(closes ? [closeRule(migrates), 'The SYNs are shown as if nobody closed it.'] : []),
    ],
  });
}

function closeRule(migrates: boolean): string {
  return migrates
    ? 'tcp_migrate_req=1: when a listener is closed, its queue moves to the others of its group (inet_csk_listen_stop(), reuseport_migrate_sock()).'
    : 'tcp_migrate_req=0: when a listener is closed, whoever waits in its queue is reset (inet_csk_listen_stop()).';
}

function answerText({ cause, closes, migrates, sockets, senders, waiting, dropped }: ReuseportPlan): string {
  if (cause === 'none') return `All ${sockets} listeners accept: all ${senders} clients are served.`;
  const stuck = `Of ${senders} clients ${rangeText(waiting)} wait in the queue of the stuck listener and ${rangeText(dropped)} find it full, while the others have room.`;
  if (!closes) return `${stuck} Those come to the same one again with every SYN.`;
  const fate = migrates ? 'move to the others' : 'are reset';
  return `${stuck} When it is closed, those that wait ${fate}; those outside get in with their next SYN.`;
}

function rangeText([least, most]: Range): string {
  return least === most ? String(least) : `${least} to ${most}`;
}

const never = [
  'syn-flood',
  'syn-queue-overflow',
  'accept-queue-overflow',
  'close-wait-leak',
  'dead-peers',
  'connection-churn',
];

export function reuseportFindings({ itsShare, cause }: ReuseportPlan): ExpectedFindings {
  // Two that wait are a queue that does not move; one may have come just now.
  const isSeen = itsShare[0] >= 2;
  return {
    expected: isSeen ? ['reuseport-imbalance'] : [],
    forbidden: [...never, ...(cause === 'none' ? ['reuseport-imbalance'] : [])],
  };
}
