import type { ListenerObservation, QueueHistory } from '../../tcp/observation.ts';
import { perSecond, windowMs } from '../evidence.ts';
import type { RuleView } from '../rule.ts';

/** Below this a wait is too short to divide by. */
const SHORTEST_WAIT_MS = 100;

/**
 * accept() takes from the head and nothing else shortens the queue, so that any fall between samples, or any early member that has
 * left, proves an accept. A queue that held the same connections at both ends has not been served at all. Undefined when nothing
 * was there to be accepted.
 */
export function acceptsAtAll(listener: ListenerObservation): boolean | undefined {
  if ((listener.queue?.acceptedAtLeast ?? 0) > 0 || membersLeft(listener) > 0) return true;
  if (listener.waiting.before.count > 0 || (listener.queue?.peak ?? 0) > 0) return false;
  return undefined;
}

function membersLeft(listener: ListenerObservation): number {
  const stillThere = new Set(listener.waiting.after.cookies);
  return listener.waiting.before.cookies.filter((cookie) => !stillThere.has(cookie)).length;
}

/**
 * The queue is first in, first out: since its oldest member came, W ago, exactly those have been accepted that stood before it then, so
 * the rate is the length W ago over W. Without such a member, the falls between samples give a lower bound.
 */
export function acceptRate(view: RuleView, listener: ListenerObservation): number | undefined {
  const atLeast = perSecond(view, Math.max(listener.queue?.acceptedAtLeast ?? 0, membersLeft(listener)));
  const waitMs = listener.waiting.after.oldestMs;
  const then = listener.queue && lengthAt(listener.queue, windowMs(view) - waitMs);
  if (waitMs >= SHORTEST_WAIT_MS && then !== undefined) return Math.max(atLeast, (then * 1000) / waitMs);
  return acceptsAtAll(listener) === undefined ? undefined : atLeast;
}

/** The length in the bin of that moment, or in the last one before it that was sampled; undefined before the window. */
function lengthAt(queue: QueueHistory, atMs: number): number | undefined {
  if (atMs < 0) return undefined;
  const bins = queue.bins.slice(0, Math.floor(atMs / queue.binMs) + 1);
  return bins.findLast((length) => length >= 0);
}
