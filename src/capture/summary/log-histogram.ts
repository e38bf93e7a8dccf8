import type { Quantiles } from '../../tcp/capture.ts';

const STEPS_PER_OCTAVE = 16;
const OCTAVES = 32;

export const logHistogramSteps = STEPS_PER_OCTAVE * OCTAVES;

/** Durations from 1 µs to over an hour, in steps of 4 %: mergeable by addition, with quantiles good to 2 %. */
export function logStep(us: number): number {
  return us < 1 ? 0 : Math.min(logHistogramSteps - 1, Math.floor(Math.log2(us) * STEPS_PER_OCTAVE));
}

/** In ms; `minUs` is exact. */
export function quantilesMs(steps: Float64Array, minUs: number): Quantiles | null {
  const samples = steps.reduce((sum, count) => sum + count, 0);
  if (samples === 0) return null;
  const at = (share: number): number => {
    let left = share * samples;
    const step = steps.findIndex((count) => {
      left -= count;
      return left <= 0;
    });
    const us = 2 ** ((step + 0.5) / STEPS_PER_OCTAVE);
    return Math.round(Math.max(minUs, us)) / 1000;
  };
  return { samples, min: Math.round(minUs) / 1000, median: at(0.5), p99: at(0.99) };
}
