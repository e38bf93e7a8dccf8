import type { Quantiles } from '../../tcp/capture.ts';
import { stepsPerOctave } from '../layout/total-columns.ts';

/** In ms, of a histogram in steps of 4 % (good to 2 %); `minUs` is exact. */
export function quantilesMs(steps: Float64Array, minUs: number): Quantiles | null {
  const samples = steps.reduce((sum, count) => sum + count, 0);
  if (samples === 0) return null;
  const at = (share: number): number => {
    let left = share * samples;
    const step = steps.findIndex((count) => {
      left -= count;
      return left <= 0;
    });
    const us = 2 ** ((step + 0.5) / stepsPerOctave);
    return Math.round(Math.max(minUs, us)) / 1000;
  };
  return { samples, min: Math.round(minUs) / 1000, median: at(0.5), p99: at(0.99) };
}
