import type { ApiSeries } from '../../contract/api.ts';
import { notMeasured } from '../../tcp/recording/channel.ts';
import type { LiveStore } from '../live/live-store.ts';

/** A stretch of a series, wherever it comes from. */
export interface Rows {
  readonly startSecond: number;
  readonly stepSeconds: number;
  readonly length: number;
  /** -1: nobody looked. */
  readonly column: (channel: string) => ArrayLike<number>;
}

export function liveRows(store: LiveStore, id: number, fromSecond: number, toSecond: number): Rows {
  return {
    startSecond: fromSecond,
    stepSeconds: 1,
    length: Math.max(0, toSecond - fromSecond),
    column: (channel) => store.read(id, channel, fromSecond, toSecond),
  };
}

export function storedRows({ startSecond, stepSeconds, values }: ApiSeries): Rows {
  const length = Math.max(0, ...Object.values(values).map((column) => column.length));
  return {
    startSecond,
    stepSeconds,
    length,
    column: (channel) => values[channel] ?? new Int32Array(length).fill(notMeasured),
  };
}

/** Sums and peaks of a stretch; what nobody measured counts as nothing. */
export function sumOf(column: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < column.length; i++) sum += Math.max(0, column[i] ?? 0);
  return sum;
}

export function peakOf(column: ArrayLike<number>): number {
  let peak = notMeasured;
  for (let i = 0; i < column.length; i++) peak = Math.max(peak, column[i] ?? notMeasured);
  return peak;
}
