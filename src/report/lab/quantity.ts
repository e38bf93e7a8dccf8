import { formatCount } from '../../base/units.ts';

/** A number or range with its unit, to the digit: "134,840 ms", "131,000 to 135,094 ms", "ETIMEDOUT". */
export function quantity(value: number | string, unit: string): string {
  return `${exactText(value)} ${isNumeric(value) ? unitFor(value, unit) : ''}`.trim();
}

/** The same without its unit. Numbers in a range get separators as well. */
export function exactText(value: number | string): string {
  if (typeof value === 'number') return formatCount(value, 3);
  return isNumeric(value) ? value.replace(/\d+(\.\d+)?/g, (digits) => formatCount(Number(digits), 3)) : value;
}

/** A number, or a range in digits: "131000 to 135094". */
export function isNumeric(value: number | string): boolean {
  return typeof value === 'number' || /^-?\d+(\.\d+)?( to -?\d+(\.\d+)?)?$/.test(value);
}

/** "1 connection", "1 segment"; units without a plural stay as they are. */
function unitFor(value: number | string, unit: string): string {
  return value === 1 && /^[a-z-]{3,}[^s]s$/.test(unit) ? unit.slice(0, -1) : unit;
}
