import type { ListenerObservation } from '../../tcp/observation.ts';
import { readingValue } from '../../tcp/reading.ts';
import { handshakesTo } from '../evidence.ts';
import type { RuleView } from '../rule.ts';
import type { AcceptQueueFacts } from './accept-queue-facts.ts';

const BIN_MS = 50;
const SHORTEST_SAMPLE_MS = 200;
/** So many ended connections are needed to speak of most of them. */
const FEWEST_ENDED = 20;

type Arrivals = Pick<
  AcceptQueueFacts,
  'arrivalsPerSecond' | 'arrivalPeak' | 'clientsUnanswered' | 'emptyShare'
>;

/** What the packet sample says of the connections that arrive; all undefined without one. */
export function arrivals(view: RuleView, listener: ListenerObservation): Arrivals {
  const sample = readingValue(view.namespace.packets);
  if (!sample || sample.durationMs < SHORTEST_SAMPLE_MS) {
    return {
      arrivalsPerSecond: undefined,
      arrivalPeak: undefined,
      clientsUnanswered: undefined,
      emptyShare: undefined,
    };
  }
  const attempts = handshakesTo(view, listener);
  const bins = new Map<number, number>();
  for (const { atMs } of attempts) {
    const bin = Math.floor(atMs / BIN_MS);
    bins.set(bin, (bins.get(bin) ?? 0) + 1);
  }
  const ended = attempts.filter((attempt) => attempt.clientBytes !== undefined && attempt.synAckCount > 0);
  const empty = ended.filter((attempt) => attempt.clientBytes === 0 && (attempt.serverBytes ?? 0) === 0);
  return {
    arrivalsPerSecond: (attempts.length * 1000) / sample.durationMs,
    arrivalPeak: Math.max(0, ...bins.values()),
    clientsUnanswered: attempts.filter((attempt) => attempt.synAckCount === 0).length,
    emptyShare: ended.length < FEWEST_ENDED ? undefined : empty.length / ended.length,
  };
}
