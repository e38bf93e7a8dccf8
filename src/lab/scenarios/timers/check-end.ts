import { noiseMs } from '../../../tcp/clock-tolerance.ts';
import type { PredictedEvent, PredictedOutcome, Prediction } from '../../../tcp/prediction.ts';
import type { Stage } from '../../stage/stage.ts';

export interface MeasuredEnd {
  readonly atMs: number;
  /** "none" when the application was told nothing. */
  readonly errno: string;
}

/**
 * Checks when and how a connection ended against the prediction, or that it did not. Where late timers can lead to another end, that
 * one will do as well. Gives the events that belong to the end that came.
 */
export function checkEnd(
  stage: Stage,
  name: string,
  prediction: Prediction,
  end: MeasuredEnd | undefined,
  slackMs = noiseMs,
): readonly PredictedEvent[] {
  const outcome = outcomeOf(prediction, end, slackMs);
  stage.checkExact(`${name}: errno`, outcome.errno ?? 'none', end?.errno ?? 'none');
  stage.checkTime(name, outcome, end?.atMs, slackMs);
  return eventsUntil(prediction, outcome);
}

/** A program that writes at a certain time is woken up for it. */
const programMs = 80;

/** The same end on the timeline of the whole prediction, which is what the ladder shows. */
export function checkEndOnTimeline(stage: Stage, endMs: number | undefined): void {
  const { prediction } = stage;
  if (prediction === null || endMs === undefined) return;
  const outcome = outcomeOf(prediction, { atMs: endMs, errno: '' }, programMs);
  stage.checkTime('the end since the connection was open', outcome, endMs, programMs);
}

function outcomeOf(
  { outcome, alternatives = [] }: Prediction,
  end: MeasuredEnd | undefined,
  slackMs: number,
) {
  if (end === undefined || isWithin(outcome, end.atMs, slackMs)) return outcome;
  return alternatives.find((one) => isWithin(one, end.atMs, slackMs)) ?? outcome;
}

function isWithin({ atMs, latestMs }: PredictedOutcome, measuredMs: number, slackMs: number): boolean {
  return (
    atMs !== null && latestMs !== null && measuredMs >= atMs - slackMs && measuredMs <= latestMs + slackMs
  );
}

/** An earlier end takes the place of the resend that its timer would have sent. */
function eventsUntil({ outcome, events }: Prediction, end: PredictedOutcome): readonly PredictedEvent[] {
  const { atMs } = end;
  if (end === outcome || atMs === null) return events;
  return events.filter(({ latestMs }) => latestMs < atMs);
}
