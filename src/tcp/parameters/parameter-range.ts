import { formatCount } from '../../base/units.ts';
import type { ParameterRange } from './parameter.ts';

/** Ticks a second of the kernels that take the most and of the usual one (CONFIG_HZ). */
const LEAST_HZ = 100;
const USUAL_HZ = 250;

/** Whether every kernel refuses `number`; where CONFIG_HZ decides, the slowest clock is taken. */
export function isRefused(number: number, { min, max, perHz }: ParameterRange): boolean {
  const divisor = perHz ? LEAST_HZ : 1;
  return number < Math.trunc(min / divisor) || number > Math.trunc(max / divisor);
}

/** The range of an int: a kernel that takes it tests nothing. */
const WHOLE_INT = { min: -2_147_483_648, max: 2_147_483_647 };

/** "0 to 255", "0 and more", "any number of 32 bits". */
export function rangeText({ min, max, perHz }: ParameterRange, hz = USUAL_HZ): string {
  const divisor = perHz ? hz : 1;
  const text = (number: number): string => formatCount(Math.trunc(number / divisor));
  if (min === WHOLE_INT.min && max === WHOLE_INT.max) return 'any number of 32 bits';
  if (max === Number.POSITIVE_INFINITY) return `${text(min)} and more`;
  return `${text(min)} to ${text(max)}${perHz ? ` (at ${hz} ticks a second)` : ''}`;
}
