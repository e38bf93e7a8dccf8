/** What syn-flood predicts. */
import { usageError } from '../../../base/errors.ts';
import { type KernelVersion, kernelRelease } from '../../../tcp/model/kernel-version.ts';
import type { Prediction } from '../../../tcp/prediction.ts';
import { acceptQueueCapacity, synQueueCapacity } from '../../../tcp/queue-limits.ts';
import { numberOf, type SettingValues } from '../../../tcp/setting.ts';
import type { ExpectedFindings } from '../../scenario.ts';
import { type AffectedClient, firstAffected } from '../queues/affected-client.ts';
import { queuePrediction } from '../queues/queue-prediction.ts';
import { handshakeTimers, kernelNumber, limitOf, refuseLateComers } from '../queues/queue-settings.ts';
import type { Range } from '../queues/range-of.ts';
import type { SimulatedClient } from '../queues/simulate-listener.ts';
import { rttMsOf } from '../timers/path.ts';

export interface FloodPlan {
  readonly limit: number;
  /** Half-open requests that the listener's own limit allows, and those that are kept in the end. */
  readonly byListener: number;
  readonly room: number;
  /** Most half-open connections at a time. */
  readonly synRecv: Range;
  /** When real clients come, after the flood's begin: it has filled what it can. */
  readonly clientsAfterMs: number;
  /** What happens to them. */
  readonly clients: 'request' | 'cookie' | 'dropped';
  /** Real clients whose connect() succeeds while the flood lasts. */
  readonly connected: Range;
  /** Window scaling and SACK survive in their connections; undefined: there are none. */
  readonly keepsOptions: boolean | undefined;
  /** So fast that the receiver's own queues may lose packets before TCP sees them. */
  readonly isFast: boolean;
  /** So short a queue that the real clients alone may overflow it, when a busy machine holds the server up. */
  readonly isShort: boolean;
  readonly firstClient: AffectedClient;
}

/** Real clients do not come sooner. */
const soonestClientsMs = 1000;
/** They do not come later than this before the flood ends. */
const leastFloodLeftMs = 1500;
/** Above this one processor has all its time taken, and the queue of arriving packets (netdev_max_backlog) overflows; or the lab's link. */
const FAST_PER_SECOND = { plain: 20_000, delayed: 5000 } as const;

export function planFlood(values: SettingValues, kernel: KernelVersion): FloodPlan {
  const lastsMs = numberOf(values, 'floodMs');
  const limit = limitOf(values);
  const syncookies = kernelNumber(values, 'tcp_syncookies');
  const maxSynBacklog = kernelNumber(values, 'tcp_max_syn_backlog');
  const release = kernelRelease(kernel);
  const room = synQueueCapacity({ limit, syncookies, maxSynBacklog, kernelRelease: release });
  const byListener = synQueueCapacity({ limit, syncookies: 1, maxSynBacklog, kernelRelease: release });
  const perSecond = numberOf(values, 'packetsPerSecond') || Number.POSITIVE_INFINITY;
  const livesMs = requestLivesMs(values, kernel);
  const forgedBy = (ms: number): number => Math.floor((perSecond * Math.min(ms, livesMs)) / 1000) + 1;
  const isFull = syncookies === 2 || forgedBy(lastsMs) >= room;
  const clients = !isFull ? 'request' : syncookies === 0 ? 'dropped' : 'cookie';
  const fullAfterMs = isFull && syncookies !== 2 ? (1000 * room) / perSecond + 300 : 0;
  const clientsAfterMs = Math.max(soonestClientsMs, Math.ceil(fullAfterMs));
  if (clientsAfterMs > lastsMs - leastFloodLeftMs) {
    throw usageError(
      'fill the SYN queue in time with',
      `${perSecond} SYNs a second`,
      `It takes ${room} of them; set floodMs to ${clientsAfterMs + leastFloodLeftMs} or more, or raise packetsPerSecond.`,
    );
  }
  refuseLateComers(values, lastsMs - clientsAfterMs - 500, 'floodMs');
  const isFast = perSecond > FAST_PER_SECOND[rttMsOf(values) === 0 ? 'plain' : 'delayed'];
  const senders = numberOf(values, 'senders');
  const timestamps = numberOf(values, 'tcp_timestamps') !== 0;
  return {
    limit,
    byListener,
    room,
    synRecv: [Math.min(room, forgedBy(lastsMs)), mostHalfOpen(values, kernel, room, perSecond)],
    clients,
    clientsAfterMs,
    connected: connectedRange(clients, senders, isFast, livesMs > lastsMs),
    keepsOptions: clients === 'dropped' ? undefined : clients === 'request' || timestamps,
    isFast,
    isShort: acceptQueueCapacity(limit) <= numberOf(values, 'arrivalsPerSecond') / 4,
    firstClient: firstClient(values, kernel, clients, lastsMs - clientsAfterMs - 500),
  };
}

/** A request is forgotten when its SYN-ACKs have been sent; with a queue more than half full its third timeout, after 7 s, is the last. */
function requestLivesMs(values: SettingValues, kernel: KernelVersion): number {
  return Math.min(7000, handshakeTimers(values, kernel).synAcksEnd.atMs);
}

/** A flood that a busy machine held up makes up for so much. */
const catchUpMs = 100;

/** Those that are late to be forgotten, and real clients whose handshake is under way. */
function mostHalfOpen(values: SettingValues, kernel: KernelVersion, room: number, perSecond: number): number {
  const lastsMs = numberOf(values, 'floodMs');
  const livesMs = handshakeTimers(values, kernel).synAcksEnd.latestMs + catchUpMs;
  const forged = Math.floor((perSecond * Math.min(lastsMs, livesMs)) / 1000) + 1;
  const real = Math.ceil((numberOf(values, 'arrivalsPerSecond') * rttMsOf(values)) / 1000) + 1;
  return Math.min(room, forged + (rttMsOf(values) === 0 ? 0 : real));
}

function connectedRange(
  clients: FloodPlan['clients'],
  senders: number,
  isFast: boolean,
  nothingExpires: boolean,
): Range {
  if (clients === 'dropped') return [0, nothingExpires ? 0 : senders];
  return [isFast ? Math.ceil(senders / 2) : senders, senders];
}

/** By the timeline of one that gets in at once, or whose SYNs are all dropped. */
function firstClient(
  values: SettingValues,
  kernel: KernelVersion,
  clients: FloodPlan['clients'],
  watchedMs: number,
): AffectedClient {
  const isDropped = clients === 'dropped';
  const client: SimulatedClient = {
    startMs: 0,
    fate: isDropped ? 'gave-up' : 'in',
    trouble: isDropped ? 'syn-dropped' : undefined,
    synsSent: 1,
    inAtMs: undefined,
    connectedAtMs: undefined,
    endedAtMs: undefined,
  };
  const behaviour = { timers: handshakeTimers(values, kernel), rttMs: rttMsOf(values), data: [] };
  return firstAffected([client], behaviour, () => watchedMs);
}

export function predictFlood(values: SettingValues, kernel: KernelVersion, plan: FloodPlan): Prediction {
  return queuePrediction(values, kernel, plan.limit, {
    events: plan.firstClient.events,
    outcome: plan.firstClient.outcome,
    answer: `${plan.synRecv[0]} forged requests are half-open at most; ${clientsText[plan.clients]}.`,
    because: [
      ...(plan.clients === 'cookie'
        ? [
            plan.keepsOptions
              ? 'A cookie carries window scaling and SACK in the timestamp (cookie_init_timestamp()).'
              : 'Without timestamps a cookie has no place for window scaling and SACK (tcp_clear_options()).',
          ]
        : []),
    ],
  });
}

const clientsText: Readonly<Record<FloodPlan['clients'], string>> = {
  request: 'there is room left, and real clients get in as ever',
  cookie: 'real clients get a cookie and in at once',
  dropped: 'the SYNs of real clients are dropped',
};

/** Fewer and slower than these are no flood (unanswered-clients.ts, syn-verdict.ts). */
const LEAST_PER_SECOND = 15;

export function floodFindings(values: SettingValues, plan: FloodPlan): ExpectedFindings {
  const perSecond = numberOf(values, 'packetsPerSecond') || Number.POSITIVE_INFINITY;
  const cookies = kernelNumber(values, 'tcp_syncookies');
  const real = numberOf(values, 'arrivalsPerSecond');
  // Without cookies that do not come back, only a SYN-ACK that is sent again shows that nobody answers.
  const isTold = plan.clients === 'cookie' || kernelNumber(values, 'tcp_synack_retries') > 0;
  return {
    expected: [
      ...(perSecond >= LEAST_PER_SECOND && perSecond > real && isTold ? ['syn-flood'] : []),
      ...(cookies === 0 ? ['syncookies-off'] : []),
      ...(cookies === 2 ? ['syncookies-always'] : []),
    ],
    forbidden: [
      ...(isTold ? ['syn-queue-overflow'] : []),
      ...(plan.isShort ? [] : ['accept-queue-overflow']),
      'connection-churn',
      'dead-peers',
      'close-wait-leak',
    ],
  };
}
