import type { NumberField } from './filter-fields.ts';

/**
 * A value as the field counts it: ms, bytes or a whole number; NaN for "none" where the field may lack a value. Undefined
 * when it is none of these. Durations keep fractions of a millisecond, which handshakes on a local network need.
 */
export function readFilterNumber({ takes, mayBeNone }: NumberField, text: string): number | undefined {
  if (mayBeNone && text.toLowerCase() === 'none') return Number.NaN;
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)([a-zµ]*)$/i.exec(text) ?? [];
  const factor = unit === '' ? 1 : units[takes].get(unit.toLowerCase());
  if (digits === '' || factor === undefined) return undefined;
  const value = Number(digits) * factor;
  // 4.35 s in binary is not 4,350 ms: what people wrote in decimals ends at the nanosecond.
  if (takes === 'duration') return Math.round(value * 1e6) / 1e6;
  if (takes === 'size') return Math.round(value);
  const most = takes === 'port' ? 65_535 : Number.MAX_SAFE_INTEGER;
  return Number.isInteger(value) && value <= most ? value : undefined;
}

const units: Readonly<Record<NumberField['takes'], ReadonlyMap<string, number>>> = {
  count: new Map(),
  port: new Map(),
  duration: new Map(Object.entries({ us: 0.001, µs: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 })),
  size: new Map(
    Object.entries({ b: 1, kb: 1000, mb: 1e6, gb: 1e9, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 }),
  ),
};
