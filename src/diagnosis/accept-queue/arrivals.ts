import type { ListenerObservation } from '../../tcp/observation.ts';
import { readingValue } from '../../tcp/reading.ts';
import { handshakesTo } from '../evidence.ts';
import type { RuleView } from '../rule.ts';
import type { AcceptQueueFacts } from './accept-queue-facts.ts';

/** A SYN without an answer comes again after a second (tcp_timeout_init()): what began before the capture looks new until then. */
const SYN_RETRY_MS = 1100;
export const BIN_MS = 50;
const SHORTEST_SAMPLE_MS = 200;
/** Arrivals are a burst when 50 ms bring this many times the average. */
export const BURST_FACTOR = 5;
/** So many ended connections are needed to speak of most of them. */
const FEWEST_ENDED = 20;

type Arrivals = Pick<
  AcceptQueueFacts,
  | 'arrivalsPerSecond'
  | 'answeredPerSecond'
  | 'arrivalPeak'
  | 'arrivalBursts'
  | 'clientsUnanswered'
  | 'emptyShare'
  | 'arrivalBins'
>;

/** What the packet sample says of the connections that arrive; all undefined without one. */
export function arrivals(view: RuleView, listener: ListenerObservation): Arrivals {
  const sample = readingValue(view.namespace.packets);
  if (!sample || sample.durationMs < SHORTEST_SAMPLE_MS) {
    return {
      arrivalsPerSecond: undefined,
      answeredPerSecond: undefined,
      arrivalPeak: undefined,
      arrivalBursts: undefined,
      clientsUnanswered: undefined,
      emptyShare: undefined,
      arrivalBins: undefined,
    };
  }
  const attempts = handshakesTo(view, listener);
  const skipMs = sample.durationMs > 2 * SYN_RETRY_MS ? SYN_RETRY_MS : 0;
  const fresh = attempts.filter(({ atMs }) => atMs - sample.fromMs >= skipMs);
  const perSecond = (count: number): number => (count * 1000) / (sample.durationMs - skipMs);
  const bins = new Map<number, number>();
  for (const { atMs } of attempts) {
    const bin = Math.floor(atMs / BIN_MS);
    bins.set(bin, (bins.get(bin) ?? 0) + 1);
  }
  const lastBin = Math.max(0, ...bins.keys());
  const firstBin = Math.min(lastBin, ...bins.keys());
  const inUsualBin = (perSecond(fresh.length) * BIN_MS) / 1000;
  const ended = attempts.filter((attempt) => attempt.clientBytes !== undefined && attempt.synAckCount > 0);
  const empty = ended.filter((attempt) => attempt.clientBytes === 0 && (attempt.serverBytes ?? 0) === 0);
  return {
    arrivalsPerSecond: perSecond(fresh.length),
    answeredPerSecond: perSecond(fresh.filter(({ synAckCount }) => synAckCount > 0).length),
    arrivalPeak: Math.max(0, ...bins.values()),
    arrivalBursts: [...bins.values()].filter((count) => count > BURST_FACTOR * inUsualBin).length,
    clientsUnanswered: attempts.filter((attempt) => attempt.synAckCount === 0).length,
    arrivalBins: Array.from({ length: lastBin - firstBin + 1 }, (_, at) => bins.get(firstBin + at) ?? 0),
    emptyShare: ended.length < FEWEST_ENDED ? undefined : empty.length / ended.length,
  };
}
