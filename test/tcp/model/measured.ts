import { expect } from 'vitest';
import type { Moment } from '../../../src/tcp/model/timer-wheel.ts';
import type { PredictedOutcome } from '../../../src/tcp/prediction.ts';

/** Two shared CPUs: what the machine adds of its own. */
const NOISE_MS = 20;

export interface Measurement {
  /** The stopwatch was started this much after the model's time 0, at most. */
  readonly startedLateMs?: number;
  /** The end was seen by listing sockets, this far apart at most. */
  readonly lookedEveryMs?: number;
}

/**
 * A time as a table of measurements prints it ("7.2", in seconds) lies in the predicted interval. What was printed with one decimal may
 * have been rounded by half of it.
 */
export function expectMeasured(printedS: string, predicted: Moment | undefined, how: Measurement = {}): void {
  const decimals = printedS.split('.')[1]?.length ?? 0;
  const roundingMs = 500 / 10 ** decimals;
  const measuredMs = Number(printedS) * 1000;
  const latestMs = (predicted?.latestMs ?? Number.NaN) + NOISE_MS + roundingMs + (how.lookedEveryMs ?? 0);
  const earliestMs = (predicted?.atMs ?? Number.NaN) - roundingMs - (how.startedLateMs ?? 0);
  expect(measuredMs).toBeLessThanOrEqual(latestMs);
  expect(measuredMs).toBeGreaterThanOrEqual(earliestMs);
}

/** "0 1.01 3.03": one measurement for each prediction. */
export function expectAllMeasured(
  printedS: string,
  predicted: readonly Moment[],
  how: Measurement = {},
): void {
  const times = printedS.split(' ');
  expect(predicted).toHaveLength(times.length);
  for (const [i, time] of times.entries()) expectMeasured(time, predicted[i], how);
}

/** An end that there is, as a moment. */
export function momentOf({ atMs, latestMs }: PredictedOutcome): Moment {
  return { atMs: atMs ?? Number.NaN, latestMs: latestMs ?? Number.NaN };
}
