import type { ListenerObservation } from '../../tcp/observation.ts';
import { type AcceptQueueFacts, acceptQueueFacts } from '../accept-queue/accept-queue-facts.ts';
import { counterRise } from '../evidence.ts';
import type { RuleView } from '../rule.ts';

/** One socket of a SO_REUSEPORT group, next to its siblings. */
export interface ReuseportMember {
  readonly listener: ListenerObservation;
  readonly facts: AcceptQueueFacts;
  readonly mean: number;
  /** Share of the window in which nobody waited. */
  readonly emptyShare: number;
  readonly drops: boolean;
}

/** A queue that is this long on average, and hardly ever empty, is one whose owner does not keep up. */
const LAGGING_MEAN = 5;
const LAGGING_EMPTY_SHARE = 0.1;
/** "Far longer": this many times the length of the sibling's queue. */
const FAR_LONGER = 8;

export function reuseportMember(view: RuleView, listener: ListenerObservation): ReuseportMember {
  const { queue, acceptQueue } = listener;
  const shared = acceptQueueFacts(view, listener);
  const facts = { ...shared, accepts: acceptsItself(listener) };
  const ends = [acceptQueue.before.length, acceptQueue.after.length];
  return {
    listener,
    facts,
    mean: queue ? queue.mean : (acceptQueue.before.length + acceptQueue.after.length) / 2,
    emptyShare: queue ? queue.emptySamples / queue.samples : ends.filter((length) => length === 0).length / 2,
    drops: facts.dropped > 0 && (counterRise(view, 'TcpExt.ListenOverflows') ?? 0) > 0,
  };
}

/**
 * Members of a group's queues cannot be told apart by address, so that `waiting` is the whole group's: only the fall of this queue's
 * own length shows that this socket was served.
 */
function acceptsItself({ queue, acceptQueue }: ListenerObservation): boolean | undefined {
  if ((queue?.acceptedAtLeast ?? 0) > 0) return true;
  if (acceptQueue.before.length > acceptQueue.after.length) return true;
  return Math.max(queue?.peak ?? 0, acceptQueue.before.length) > 0 ? false : undefined;
}

/** Loses connections, or keeps them all, or makes them wait in a line that never ends. */
export function isBehind(member: ReuseportMember): boolean {
  return overflows(member) || isStuck(member) || isLagging(member);
}

export function overflows({ facts, drops }: ReuseportMember): boolean {
  return facts.fullAtEnd || facts.fullShare >= 0.25 || (drops && facts.peak > facts.limit);
}

/** At least two have waited through the window: one alone may have come just before it ended. */
function isStuck({ facts, listener, emptyShare }: ReuseportMember): boolean {
  return facts.accepts === false && emptyShare < 0.5 && listener.acceptQueue.after.length >= 2;
}

function isLagging({ mean, emptyShare }: ReuseportMember): boolean {
  return mean >= LAGGING_MEAN && emptyShare <= LAGGING_EMPTY_SHARE;
}

/** Could have taken the connections that `behind` does not: its queue is short, and its owner is not another one that is stuck. */
export function hasRoomBeside(sibling: ReuseportMember, behind: ReuseportMember): boolean {
  const { facts, mean, drops } = sibling;
  if (drops || facts.fullShare > 0 || facts.accepts === false) return false;
  return facts.peak <= facts.limit / 2 && mean * FAR_LONGER <= behind.mean;
}
