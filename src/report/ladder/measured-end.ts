import type { LabCheck, LabRun } from '../../tcp/lab-run.ts';
import type { PredictedOutcome } from '../../tcp/prediction.ts';
import type { LadderEnd } from './ladder.ts';
import { endingSide, outcomeText, predictedEnd } from './prediction-ladder.ts';
import { secondsText } from './seconds-text.ts';

/**
 * How the story ended, by the check that compared the outcome's time; the prediction where no check did; undefined without a
 * prediction.
 */
export function measuredEnd({ predicted, checks, complete }: LabRun): LadderEnd | undefined {
  if (predicted === null || predicted.events.length === 0) return undefined;
  const { outcome } = predicted;
  const check = checks.find((one) => isAboutEnd(one, outcome));
  if (check === undefined || !complete) return predictedEnd(predicted);
  const side = endingSide(predicted);
  const interval =
    outcome.atMs === null ? undefined : { atMs: outcome.atMs, latestMs: outcome.latestMs ?? outcome.atMs };
  if (typeof check.measured !== 'number') {
    const label =
      interval === undefined ? outcomeText(outcome, null) : `no ${outcome.errno ?? outcome.state}`;
    return { atMs: null, label, side, ...(interval === undefined ? {} : { predicted: interval }) };
  }
  const said = checks.find((one) => one.predicted === outcome.errno && typeof one.measured === 'string');
  const told = { ...outcome, errno: said === undefined ? outcome.errno : String(said.measured) };
  const label =
    interval === undefined ? `ended after ${secondsText(check.measured)}` : outcomeText(told, check.measured);
  return { atMs: check.measured, label, side, ...(interval === undefined ? {} : { predicted: interval }) };
}

/** A check of a time, in ms, that states the outcome's: 131000, "131000 to 135094", "never". */
function isAboutEnd({ predicted, unit }: LabCheck, { atMs, latestMs }: PredictedOutcome): boolean {
  if (unit !== 'ms') return false;
  if (atMs === null) return predicted === 'never';
  if (typeof predicted === 'number') return isClose(predicted, atMs);
  const [least, most] = predicted.split(' to ').map(Number);
  return isClose(least, atMs) && isClose(most, latestMs ?? atMs);
}

/** Checks round to a tenth of a millisecond. */
function isClose(a: number | undefined, b: number): boolean {
  return a !== undefined && Math.abs(a - b) <= 0.1;
}
