import type { Moment } from '../../../tcp/model/timer-wheel.ts';
import type { PredictedEvent, PredictedOutcome, Prediction } from '../../../tcp/prediction.ts';

/** The same prediction on a timeline on which its start is `start`; with `before`, what happens until then. */
export function shifted(
  prediction: Prediction,
  start: Moment,
  before: readonly PredictedEvent[] = [],
): Prediction {
  const { events, outcome, alternatives } = prediction;
  return {
    ...prediction,
    events: [...before, ...events.map((event) => ({ ...event, ...later(event, start) }))],
    outcome: laterOutcome(outcome, start),
    ...(alternatives ? { alternatives: alternatives.map((one) => laterOutcome(one, start)) } : {}),
  };
}

function laterOutcome(outcome: PredictedOutcome, start: Moment): PredictedOutcome {
  const { atMs, latestMs } = outcome;
  if (atMs === null || latestMs === null) return outcome;
  return { ...outcome, ...later({ atMs, latestMs }, start) };
}

function later(moment: Moment, start: Moment): Moment {
  return { atMs: moment.atMs + start.atMs, latestMs: moment.latestMs + start.latestMs };
}
