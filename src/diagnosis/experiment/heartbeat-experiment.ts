import type { Finding } from '../../tcp/finding.ts';
import { labNumber } from './lab-number.ts';

/** So many connections a second the scenario works out and plays within seconds. */
const MOST_PER_SECOND = 400;
const MOST_PLACES = 512;
const USUAL_PERIOD_MS = 1000;

/** As many senders as beat at this period without exceeding what the lab plays. `limit` undefined: not known, the lab's own. */
export function heartbeatExperiment(
  limit: number | undefined,
  beat?: { readonly senders: number; readonly periodMs: number },
): Finding['experiment'] {
  const backlog: Readonly<Record<string, string>> =
    limit === undefined ? {} : { backlog: labNumber(limit, 0, MOST_PLACES) };
  if (beat === undefined) return { scenario: 'heartbeat-storm', set: backlog };
  const periodMs = Math.min(60_000, Math.max(100, beat.periodMs || USUAL_PERIOD_MS));
  return {
    scenario: 'heartbeat-storm',
    set: {
      ...backlog,
      senders: labNumber(beat.senders, 1, Math.max(1, Math.min(2000, (MOST_PER_SECOND * periodMs) / 1000))),
      heartbeatMs: labNumber(periodMs, 100, 60_000),
    },
  };
}
