import { type Channel, type Combine, notMeasured } from '../../tcp/recording/channel.ts';
import type { Columns } from './series-block.ts';

/** Each `rows` rows as one: seconds become tens of seconds, those become minutes. What was measured in none of them stays so. */
export function combineRows(columns: Columns, channels: readonly Channel[], rows: number): Int32Array[] {
  return columns.map((column, at) => combineColumn(column, channels[at]?.combine ?? 'last', rows));
}

function combineColumn(column: Int32Array, combine: Combine, rows: number): Int32Array {
  const combined = new Int32Array(Math.ceil(column.length / rows));
  for (let at = 0; at < combined.length; at++)
    combined[at] = combineValues(column, at * rows, Math.min(column.length, (at + 1) * rows), combine);
  return combined;
}

/** A sum beyond 32 bits stays at the largest number there is. One pass without objects: a day has millions of values. */
function combineValues(column: Int32Array, from: number, to: number, combine: Combine): number {
  let [measured, sum, most, last] = [0, 0, 0, notMeasured];
  for (let at = from; at < to; at++) {
    const value = column[at] ?? notMeasured;
    if (value === notMeasured) continue;
    measured++;
    sum += value;
    if (value > most) most = value;
    last = value;
  }
  if (measured === 0 || combine === 'last') return last;
  if (combine === 'max') return most;
  return Math.min(0x7fff_ffff, combine === 'sum' ? sum : Math.round(sum / measured));
}
