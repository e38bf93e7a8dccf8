import type { ListenerObservation, ProcessObservation } from '../../tcp/observation.ts';
import { type LimitSetBy, whoSetLimit } from '../../tcp/queue-limits.ts';
import { dropsOf, isFull, numericSysctl, processesOf } from '../evidence.ts';
import type { RuleView } from '../rule.ts';
import { acceptRate, acceptsAtAll } from './accept-rate.ts';
import { acceptors } from './acceptors.ts';
import { arrivals } from './arrivals.ts';

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
  /** Connections accepted per second; undefined when unknown. See accept-rate.ts. */
  readonly acceptedPerSecond: number | undefined;
  /** New connections per second from the packet sample (SYN retries left out); undefined without packets. */
  readonly arrivalsPerSecond: number | undefined;
  /** Of these, those that got a SYN-ACK. */
  readonly answeredPerSecond: number | undefined;
  /** Most new connections within 50 ms, from packets. */
  readonly arrivalPeak: number | undefined;
  /** New connections in each span of 50 ms, from the first to the last that had any; from packets. */
  readonly arrivalBins: readonly number[] | undefined;
  /** In how many spans of 50 ms far more connections came than usual. */
  readonly arrivalBursts: number | undefined;
  /** Distinct clients that never got an answer, from packets. */
  readonly clientsUnanswered: number | undefined;
  /** Of the connections that ended, the share without any payload; undefined without packets or with too few ends. */
  readonly emptyShare: number | undefined;
  readonly oldestWaitMs: number;
  readonly waiting: number;
  /** Those of the holders who accept. */
  readonly processes: readonly ProcessObservation[];
  /** All who hold the listening socket, a master that only forks included. */
  readonly holders: readonly ProcessObservation[];
}

export function acceptQueueFacts(view: RuleView, listener: ListenerObservation): AcceptQueueFacts {
  const { queue, acceptQueue } = listener;
  const somaxconn = numericSysctl(view, 'net.core.somaxconn');
  const holders = processesOf(view, listener.pids);
  const arrived = arrivals(view, listener);
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
    acceptedPerSecond: acceptRate(view, listener, arrived.answeredPerSecond),
    ...arrived,
    oldestWaitMs: Math.max(listener.waiting.before.oldestMs, listener.waiting.after.oldestMs),
    waiting: listener.waiting.after.count,
    processes: acceptors(holders),
    holders,
  };
}
