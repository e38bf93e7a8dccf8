import type { ListenerObservation, ProcessObservation } from '../../tcp/observation.ts';
import { type LimitSetBy, whoSetLimit } from '../../tcp/queue-limits.ts';
import { readingValue } from '../../tcp/reading.ts';
import {
  dropsOf,
  handshakesTo,
  isFull,
  numericSysctl,
  perSecond,
  processesOf,
  windowMs,
} from '../evidence.ts';
import type { RuleView } from '../rule.ts';
import { acceptors } from './acceptors.ts';

/** What an observation says about one accept queue, worked out once for the rules about it. */
export interface AcceptQueueFacts {
  readonly listener: ListenerObservation;
  readonly limit: number;
  readonly limitSetBy: LimitSetBy;
  readonly somaxconn: number | undefined;
  readonly peak: number;
  /** Share of the samples with length > limit; without samples, of the two ends. */
  readonly fullShare: number;
  readonly fullAtEnd: boolean;
  readonly aboveHalfShare: number;
  /** sk_drops in the window: segments, not clients. */
  readonly dropped: number;
  readonly droppedEver: number;
  /** Whether the process took at least one connection out of the queue; undefined when it cannot be told. */
  readonly accepts: boolean | undefined;
  /** Connections accepted per second, from the wait of the oldest (Little's law) or the falls of the queue; undefined when unknown. */
  readonly acceptedPerSecond: number | undefined;
  /** New connections per second from the packet sample (SYN retries left out); undefined without packets. */
  readonly arrivalsPerSecond: number | undefined;
  /** Most new connections within 50 ms, from packets. */
  readonly arrivalPeak: number | undefined;
  /** Distinct clients that never got an answer, from packets. */
  readonly clientsUnanswered: number | undefined;
  readonly oldestWaitMs: number;
  readonly waiting: number;
  readonly processes: readonly ProcessObservation[];
}

const ARRIVAL_BIN_MS = 50;

export function acceptQueueFacts(view: RuleView, listener: ListenerObservation): AcceptQueueFacts {
  const { queue, acceptQueue } = listener;
  const somaxconn = numericSysctl(view, 'net.core.somaxconn');
  const ends = [acceptQueue.before, acceptQueue.after].filter(isFull).length / 2;
  return {
    listener,
    limit: acceptQueue.after.limit,
    limitSetBy: listener.limitKnown ? whoSetLimit(acceptQueue.after.limit, somaxconn) : 'unknown',
    somaxconn,
    peak: Math.max(queue?.peak ?? 0, acceptQueue.before.length, acceptQueue.after.length),
    fullShare: queue ? queue.fullSamples / queue.samples : ends,
    fullAtEnd: listener.limitKnown && isFull(acceptQueue.after),
    aboveHalfShare: queue ? queue.aboveHalfSamples / queue.samples : 0,
    dropped: dropsOf(listener),
    droppedEver: listener.drops?.after ?? 0,
    accepts: acceptsAtAll(listener),
    acceptedPerSecond: acceptRate(view, listener),
    ...arrivals(view, listener),
    oldestWaitMs: Math.max(listener.waiting.before.oldestMs, listener.waiting.after.oldestMs),
    waiting: listener.waiting.after.count,
    processes: acceptors(processesOf(view, listener.pids)),
  };
}

/**
 * accept() takes from the head and nothing else shortens the queue, so that any fall between samples, or any early member that has
 * left, proves an accept. A queue that held the same connections at both ends has not been served at all.
 */
function acceptsAtAll(listener: ListenerObservation): boolean | undefined {
  if ((listener.queue?.acceptedAtLeast ?? 0) > 0 || membersLeft(listener) > 0) return true;
  if (listener.waiting.before.count > 0 || (listener.queue?.peak ?? 0) > 0) return false;
  return undefined;
}

function membersLeft(listener: ListenerObservation): number {
  const stillThere = new Set(listener.waiting.after.cookies);
  return listener.waiting.before.cookies.filter((cookie) => !stillThere.has(cookie)).length;
}

/** In a queue that stays full, what leaves per second is its length over the wait (Little's law). */
function acceptRate(view: RuleView, listener: ListenerObservation): number | undefined {
  const { length, limit } = listener.acceptQueue.after;
  const waitMs = listener.waiting.after.oldestMs;
  const atLeast = perSecond(view, Math.max(listener.queue?.acceptedAtLeast ?? 0, membersLeft(listener)));
  if (listener.limitKnown && length >= limit && waitMs > 0 && waitMs < windowMs(view)) {
    return Math.max(atLeast, (length * 1000) / waitMs);
  }
  return acceptsAtAll(listener) === undefined ? undefined : atLeast;
}

function arrivals(
  view: RuleView,
  listener: ListenerObservation,
): Pick<AcceptQueueFacts, 'arrivalsPerSecond' | 'arrivalPeak' | 'clientsUnanswered'> {
  const sample = readingValue(view.namespace.packets);
  if (!sample || sample.durationMs < 200) {
    return { arrivalsPerSecond: undefined, arrivalPeak: undefined, clientsUnanswered: undefined };
  }
  const attempts = handshakesTo(view, listener);
  const bins = new Map<number, number>();
  for (const { atMs } of attempts) {
    const bin = Math.floor(atMs / ARRIVAL_BIN_MS);
    bins.set(bin, (bins.get(bin) ?? 0) + 1);
  }
  return {
    arrivalsPerSecond: (attempts.length * 1000) / sample.durationMs,
    arrivalPeak: Math.max(0, ...bins.values()),
    clientsUnanswered: attempts.filter((attempt) => attempt.synAckCount === 0).length,
  };
}
