import { formatCount, formatDurationMs, formatRate } from '../../base/units.ts';
import {
  backlogFor,
  type FullQueueNeed,
  needWhileFull,
  type QueueNeed,
  queueNeed,
} from '../../tcp/model/queue-need.ts';
import { acceptQueueCapacity } from '../../tcp/queue-limits.ts';
import type { AcceptQueueFacts } from './accept-queue-facts.ts';
import { BIN_MS } from './arrivals.ts';

export interface ProposedBacklog {
  readonly backlog: number;
  /** What was measured, and how it makes this number. */
  readonly why: string;
}

/** Below this a queue is found with somebody in it too rarely to tell how fast it is emptied then. */
const LEAST_SERVING_SHARE = 0.05;

/**
 * The backlog that would have held what was seen: the queue model over the measured arrivals, and never less than what was measured to be
 * too little. Without packets the size of a peak is not known: then room for as many again as did not fit.
 */
export function proposedBacklog(facts: AcceptQueueFacts): ProposedBacklog {
  const { limit, arrivalPeak } = facts;
  const need = needOf(facts);
  const whileFull = whileFullOf(facts);
  const tooLittle = Math.max(limit, facts.peak) + 1;
  const steady = Math.max(tooLittle, arrivalPeak ?? 0, need?.connections ?? 0);
  if (arrivalPeak === undefined || need === undefined) {
    const backlog = backlogFor(Math.max(2 * tooLittle, steady));
    const why = `${formatCount(limit)} was too little; how many came at once was not seen, so that this is room for twice as many`;
    return { backlog, why };
  }
  const backlog = backlogFor(Math.max(steady, whileFull?.connections ?? 0));
  const measured =
    whileFull && whileFull.connections > steady ? whileFullText(whileFull, facts) : needText(need, facts);
  return { backlog, why: `${measured}; ${formatCount(backlog)} is the next power of two` };
}

function whileFullOf({
  arrivalBins,
  limit,
  listener: { queue },
}: AcceptQueueFacts): FullQueueNeed | undefined {
  if (arrivalBins === undefined || !queue || queue.fullSamples === 0) return undefined;
  return needWhileFull(arrivalBins, BIN_MS, {
    fullMs: queue.longestFullMs,
    places: acceptQueueCapacity(limit),
  });
}

function whileFullText({ connections, came, fullMs }: FullQueueNeed, { limit }: AcceptQueueFacts): string {
  const places = formatCount(acceptQueueCapacity(limit));
  return `with ${places} in it the queue was full for ${formatDurationMs(fullMs)} at a stretch, and up to ${formatCount(came)} connections came in such a time: ${formatCount(connections)} wait at the worst`;
}

function needText({ connections, burst, servedPerSecond }: QueueNeed, { limit }: AcceptQueueFacts): string {
  const arrivals = (burst.connections * 1000) / burst.ms;
  const seen = `${formatCount(burst.connections)} connections came within ${formatDurationMs(burst.ms)} (${formatRate(arrivals)}), and ${formatRate(servedPerSecond)} are accepted while somebody waits: ${formatCount(connections)} wait at the worst`;
  return connections > limit ? seen : `${seen}, and yet ${formatCount(limit)} overflowed between two looks`;
}

function needOf(facts: AcceptQueueFacts): QueueNeed | undefined {
  const { arrivalBins = [], listener, answeredPerSecond, acceptedPerSecond } = facts;
  const { queue } = listener;
  const servingShare = queue && queue.samples > 0 ? 1 - queue.emptySamples / queue.samples : 1;
  // Of all it took in the window it took while somebody waited.
  const busyPace =
    answeredPerSecond === undefined
      ? undefined
      : answeredPerSecond / Math.max(LEAST_SERVING_SHARE, servingShare);
  const pace = busyPace ?? acceptedPerSecond;
  return pace === undefined ? undefined : queueNeed(arrivalBins, BIN_MS, pace);
}
