import type { Stage } from '../../stage/stage.ts';
import { isExact, type Range } from './range-of.ts';

export interface Measured {
  readonly measured: number;
  readonly unit: string;
  /** Why it is a range; the usual reason unless said. */
  readonly why?: string;
}

const usualWhy = 'the least to the most of the model with the differences that arrival times make';

/** Exact where all simulations agree. */
export function checkRange(
  stage: Stage,
  name: string,
  range: Range,
  { measured, unit, why }: Measured,
): void {
  if (isExact(range)) stage.checkExact(name, range[0], measured, unit);
  else stage.checkBetween(name, range, measured, unit, why ?? usualWhy);
}
