import type { Finding } from '../../tcp/finding.ts';
import type { AcceptQueueCauseId } from '../accept-queue/accept-queue-cause.ts';
import type { AcceptQueueFacts } from '../accept-queue/accept-queue-facts.ts';
import { labNumber } from './lab-number.ts';

/** Most places that the lab fills before it shows anything. */
const MOST_PLACES = 4000;
/** So many connections a second, or in a burst, the scenario works out and plays within seconds. */
const MOST_PER_SECOND = 300;
/** Of a stream; the rates of the finding stay as they are below it, for `prove` reads them here. */
const MOST_STREAMED = 1000;
/** A stream fills the queue within so long. */
const FILLED_WITHIN_MS = 3000;

type Settings = Readonly<Record<string, string>>;
type Known = Pick<
  AcceptQueueFacts,
  'limit' | 'accepts' | 'arrivalsPerSecond' | 'acceptedPerSecond' | 'arrivalPeak'
>;

/** The scenario that fills the same queue for the same reason, by the names of its settings. */
export function overflowExperiment(
  facts: Known,
  cause: AcceptQueueCauseId,
  more: Settings = {},
): Finding['experiment'] {
  const staged = stagedCause(facts, cause);
  return { scenario: 'accept-queue-overflow', set: { cause: staged, ...byCause[staged](facts), ...more } };
}

type StagedCause = Exclude<AcceptQueueCauseId, 'unknown'>;

/** Who accepts nobody for an unknown reason is blocked, as far as the queue is concerned. */
function stagedCause({ accepts }: Known, cause: AcceptQueueCauseId): StagedCause {
  if (cause !== 'unknown') return cause;
  return accepts === true ? 'sustained-overload' : 'blocked';
}

const byCause: Readonly<Record<StagedCause, (facts: Known) => Settings>> = {
  'process-stopped': standing,
  blocked: standing,
  'cpu-saturated': standing,
  'fd-limit': ({ limit }) => {
    const places = Math.min(limit, MOST_PLACES);
    return {
      backlog: labNumber(places, 0, MOST_PLACES),
      senders: labNumber(places + 41, 1, 10_000),
      arrivalsPerSecond: labNumber((places + 41) / 2, 100, 2500),
    };
  },
  burst: ({ limit, arrivalPeak }) => {
    const senders = Math.max(arrivalPeak ?? 0, Math.round(2.5 * (limit + 1)));
    const scale = Math.min(1, MOST_PER_SECOND / senders);
    return {
      backlog: labNumber(limit * scale, 0, MOST_PLACES),
      senders: labNumber(senders * scale, 3, MOST_PER_SECOND),
      arrivalsPerSecond: labNumber(senders * scale, 3, MOST_PER_SECOND),
    };
  },
  'sustained-overload': ({ limit, arrivalsPerSecond = 100, acceptedPerSecond }) => {
    const arrivals = Math.min(MOST_STREAMED, Math.max(30, arrivalsPerSecond));
    const share = (acceptedPerSecond ?? arrivalsPerSecond / 3) / Math.max(1, arrivalsPerSecond);
    const accepts = Math.max(1, Math.round(arrivals * Math.min(0.9, share)));
    const fills = ((arrivals - accepts) * FILLED_WITHIN_MS) / 1000;
    return {
      backlog: labNumber(limit, 0, fills / 1.5),
      arrivalsPerSecond: labNumber(arrivals, 1, MOST_STREAMED),
      acceptsPerSecond: labNumber(accepts, 1, MOST_STREAMED),
    };
  },
  'backlog-too-small': ({ limit, arrivalsPerSecond = 0 }) => ({
    backlog: labNumber(limit, 0, MOST_PER_SECOND - 1),
    arrivalsPerSecond: labNumber(Math.max(arrivalsPerSecond, limit + 1), 20, MOST_PER_SECOND),
  }),
};

/** All but the last places are taken when it begins, so that a long queue takes no longer to show than a short one. */
function standing({ limit }: Known): Settings {
  const places = Math.min(limit, MOST_PLACES);
  const waiting = places > 20 ? places - 8 : 0;
  return {
    backlog: labNumber(places, 0, MOST_PLACES),
    ...(waiting > 0 ? { waitingFirst: String(waiting) } : {}),
  };
}
