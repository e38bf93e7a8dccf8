import { formatCount } from '../../base/units.ts';
import type { Parameter } from '../../tcp/parameters/parameter.ts';

/** "60 s", "4,096 connections", "4096 131072 33554432 bytes"; a bare value where there is no unit. */
export function valueText(value: string, { unit, type }: Pick<Parameter, 'unit' | 'type'>): string {
  const number = Number(value);
  const text =
    type === 'number' && unit !== '' && unit !== 'port' && Number.isSafeInteger(number) && value !== ''
      ? formatCount(number)
      : value === ''
        ? '(empty)'
        : value;
  return unit === '' || unit === 'port' || value === '' ? text : `${text} ${unit}`;
}
