import { type Channel, type Combine, notMeasured } from '../../tcp/recording/channel.ts';
import type { Columns } from './series-block.ts';

/** Each `rows` rows as one: seconds become tens of seconds, those become minutes. What was measured in none of them stays so. */
export function combineRows(columns: Columns, channels: readonly Channel[], rows: number): Int32Array[] {
  return columns.map((column, at) => combineColumn(column, channels[at]?.combine ?? 'last', rows));
}

function combineColumn(column: Int32Array, combine: Combine, rows: number): Int32Array {
  const combined = new Int32Array(Math.ceil(column.length / rows));
  for (let at = 0; at < combined.length; at++)
    combined[at] = combineValues(column.subarray(at * rows, (at + 1) * rows), combine);
  return combined;
}

/** A sum beyond 32 bits stays at the largest number there is. */
function combineValues(values: Int32Array, combine: Combine): number {
  const measured = values.filter((value) => value !== notMeasured);
  const last = measured.at(-1);
  if (last === undefined) return notMeasured;
  if (combine === 'last') return last;
  const [sum, most] = measured.reduce(([s, m], value) => [s + value, Math.max(m, value)], [0, 0]);
  if (combine === 'max') return most;
  return Math.min(0x7fff_ffff, combine === 'sum' ? sum : Math.round(sum / measured.length));
}
