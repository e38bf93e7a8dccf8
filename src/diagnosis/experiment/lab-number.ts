import type { Finding } from '../../tcp/finding.ts';

/** A number as a scenario of the lab takes it: whole, and within what the lab can carry. */
export function labNumber(value: number, least: number, most: number): string {
  return String(Math.round(Math.min(most, Math.max(least, Number.isFinite(value) ? value : least))));
}

/** Nothing rebuilds it: the limit is the whole machine's, or there is nothing in it that the lab could change. */
export const noExperiment: Finding['experiment'] = { scenario: '', set: {} };
