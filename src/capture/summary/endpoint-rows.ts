import type { EngineExports } from '../engine-exports.ts';
import { startEngine } from '../start-engine.ts';

const KEY_WORDS = 2;

/** Rows of numbers for endpoints, in arrays that can be handed to another thread: two words of key for each, and `columns` numbers. */
export interface EndpointRows {
  readonly columns: number;
  readonly keys: Int32Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
}

export function rowCount({ keys }: EndpointRows): number {
  return keys.length / KEY_WORDS;
}

export function keyOf({ keys }: EndpointRows, row: number): readonly [number, number] {
  return [keys[KEY_WORDS * row] ?? 0, keys[KEY_WORDS * row + 1] ?? 0];
}

export function cell({ values, columns }: EndpointRows, row: number, column: number): number {
  return values[row * columns + column] ?? 0;
}

/** Copies what a table of the engine (engine/adding/rows.ts) holds. */
export function readRows(engine: EngineExports, table: number, columns: number): EndpointRows {
  const rows = engine.rowCount(table);
  const { buffer } = engine.memory;
  return {
    columns,
    keys: new Int32Array(buffer, engine.keysAt(table), rows * KEY_WORDS).slice() as Int32Array<ArrayBuffer>,
    values: new Float64Array(
      buffer,
      engine.valuesAt(table),
      rows * columns,
    ).slice() as Float64Array<ArrayBuffer>,
  };
}

/** A table of the engine with a row of zeros for each of these endpoints. */
export function tableOf(engine: EngineExports, { keys }: EndpointRows, columns: number): number {
  const table = engine.newTable(columns);
  const at = engine.inputAt(keys.byteLength);
  new Int32Array(engine.memory.buffer, at, keys.length).set(keys);
  engine.addKeys(table, at, keys.length / KEY_WORDS);
  return table;
}

function addRows(engine: EngineExports, table: number, rows: EndpointRows): void {
  const keyBytes = rows.keys.byteLength;
  const at = engine.inputAt(keyBytes + rows.values.byteLength);
  const { buffer } = engine.memory;
  new Int32Array(buffer, at, rows.keys.length).set(rows.keys);
  new Float64Array(buffer, at + keyBytes, rows.values.length).set(rows.values);
  engine.addRows(table, at, at + keyBytes, rowCount(rows));
}

/** One row for each endpoint, the sum of all that the lists have of it; those of the first list stand first, in its order. */
export function sumRows(lists: readonly EndpointRows[]): EndpointRows {
  const [first = { columns: 0, keys: new Int32Array(0), values: new Float64Array(0) }, ...others] = lists;
  if (others.length === 0) return first;
  const engine = startEngine();
  const table = engine.newTable(first.columns);
  for (const rows of lists) addRows(engine, table, rows);
  return readRows(engine, table, first.columns);
}

/** For each row its number among `all`, which has every key of it. */
export function placesAmong(all: EndpointRows, rows: EndpointRows): Int32Array {
  const engine = startEngine();
  const table = tableOf(engine, rows, 0);
  const other = tableOf(engine, all, 0);
  const at = engine.matchRows(table, other);
  return new Int32Array(engine.memory.buffer, at, rowCount(rows)).map((place) => place - 1);
}

/** Numbers of the rows with the largest values in a column, largest first; of equals the lower key, whatever came first. */
export function largestRows(rows: EndpointRows, column: number, count: number): number[] {
  const order = (a: number, b: number): number => compare(rows, a, b, column);
  let best: number[] = [];
  let least = Number.NEGATIVE_INFINITY;
  const all = rowCount(rows);
  for (let row = 0; row < all; row++) {
    if (cell(rows, row, column) < least) continue;
    best.push(row);
    // Sorted once in a while, not for each row.
    if (best.length < 4 * count) continue;
    best = best.toSorted(order).slice(0, count);
    least = cell(rows, best.at(-1) ?? 0, column);
  }
  return best.toSorted(order).slice(0, count);
}

function compare(rows: EndpointRows, a: number, b: number, column: number): number {
  const byValue = cell(rows, b, column) - cell(rows, a, column);
  if (byValue !== 0) return byValue;
  const [firstOfA, secondOfA] = keyOf(rows, a);
  const [firstOfB, secondOfB] = keyOf(rows, b);
  const byFirst = (firstOfA >>> 0) - (firstOfB >>> 0);
  return byFirst !== 0 ? byFirst : secondOfA - secondOfB;
}
