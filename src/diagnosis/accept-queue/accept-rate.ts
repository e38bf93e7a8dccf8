import type { ListenerObservation, QueueHistory } from '../../tcp/observation.ts';
import { isFull, perSecond, windowMs } from '../evidence.ts';
import type { RuleView } from '../rule.ts';

/** Below this a wait is too short to divide by. */
const SHORTEST_WAIT_MS = 100;
/** So long a wait that an accepting process would have let somebody new in. */
const STUCK_MS = 500;

/**
 * accept() takes from the head and nothing else shortens the queue, so that any fall between samples, or any early member that has
 * left, proves an accept. A queue that held the same connections at both ends has not been served at all. Undefined when nothing
 * was there to be accepted.
 */
export function acceptsAtAll(listener: ListenerObservation): boolean | undefined {
  if (stoppedAccepting(listener)) return false;
  if ((listener.queue?.acceptedAtLeast ?? 0) > 0 || membersLeft(listener) > 0) return true;
  if (listener.waiting.before.count > 0 || (listener.queue?.peak ?? 0) > 0) return false;
  return undefined;
}

/**
 * It did accept at first, and no longer does: the queue is full, has been so for as long as its members wait, and they all came at
 * about the same time. Where somebody accepts, each place is taken again at once, so that the members' ages spread.
 */
function stoppedAccepting({ acceptQueue, limitKnown, queue, waiting }: ListenerObservation): boolean {
  const { oldestMs, medianMs } = waiting.after;
  if (!limitKnown || !isFull(acceptQueue.after) || !queue || oldestMs < STUCK_MS) return false;
  if (medianMs < oldestMs * 0.85) return false;
  const { limit } = acceptQueue.after;
  const lately = queue.bins.slice(-Math.max(1, Math.floor((oldestMs * 0.8) / queue.binMs)));
  return lately.every((length) => length < 0 || length > limit);
}

function membersLeft(listener: ListenerObservation): number {
  const stillThere = new Set(listener.waiting.after.cookies);
  return listener.waiting.before.cookies.filter((cookie) => !stillThere.has(cookie)).length;
}

/**
 * The queue is first in, first out: since its oldest member came, W ago, exactly those have been accepted that stood before it then, so
 * the rate is the length W ago over W. Without such a member: what enters leaves again. The falls between samples alone are but a
 * lower bound, of the rate of a queue that is emptied between two samples they say nothing.
 */
export function acceptRate(
  view: RuleView,
  listener: ListenerObservation,
  answeredPerSecond: number | undefined,
): number | undefined {
  if (acceptsAtAll(listener) === false) return 0;
  const atLeast = perSecond(view, Math.max(listener.queue?.acceptedAtLeast ?? 0, membersLeft(listener)));
  const waitMs = listener.waiting.after.oldestMs;
  const then = listener.queue && lengthAt(listener.queue, windowMs(view) - waitMs);
  if (waitMs >= SHORTEST_WAIT_MS && then !== undefined) return Math.max(atLeast, (then * 1000) / waitMs);
  return answeredPerSecond === undefined ? undefined : Math.max(atLeast, answeredPerSecond);
}

/** The length in the bin of that moment, or in the last one before it that was sampled; undefined before the window. */
function lengthAt(queue: QueueHistory, atMs: number): number | undefined {
  if (atMs < 0) return undefined;
  const bins = queue.bins.slice(0, Math.floor(atMs / queue.binMs) + 1);
  return bins.findLast((length) => length >= 0);
}
