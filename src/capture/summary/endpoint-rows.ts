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
  const { keys, values } = viewRows(engine, table, columns);
  return { columns, keys: keys.slice(), values: values.slice() };
}

/** The same where it lies; until the engine is used again. */
export function viewRows(engine: EngineExports, table: number, columns: number): EndpointRows {
  const rows = engine.rowCount(table);
  const buffer = engine.memory.buffer as ArrayBuffer;
  return {
    columns,
    keys: new Int32Array(buffer, engine.keysAt(table), rows * KEY_WORDS),
    values: new Float64Array(buffer, engine.valuesAt(table), rows * columns),
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

/** Adds the rows to a table of the engine; returns where in it they are. */
export function addRows(engine: EngineExports, table: number, rows: EndpointRows): Int32Array<ArrayBuffer> {
  const keyBytes = rows.keys.byteLength;
  const at = engine.inputAt(keyBytes + rows.values.byteLength);
  const { buffer } = engine.memory;
  new Int32Array(buffer, at, rows.keys.length).set(rows.keys);
  new Float64Array(buffer, at + keyBytes, rows.values.length).set(rows.values);
  engine.addRows(table, at, at + keyBytes, rowCount(rows));
  return new Int32Array(engine.memory.buffer, at, rowCount(rows)).slice() as Int32Array<ArrayBuffer>;
}

/** One row for each endpoint, the sum of all that the lists have of it. */
export function sumRows(lists: readonly EndpointRows[]): EndpointRows {
  const [first = { columns: 0, keys: new Int32Array(0), values: new Float64Array(0) }, ...others] = lists;
  if (others.length === 0) return first;
  const engine = startEngine();
  const table = engine.newTable(first.columns);
  for (const rows of lists) addRows(engine, table, rows);
  return readRows(engine, table, first.columns);
}

/** The keys of those with most of what the first column counts, without the counts. */
export function largestKeys(rows: EndpointRows, most: number): EndpointRows {
  const keys = Int32Array.from(largestRows(rows, 0, most).flatMap((row) => keyOf(rows, row)));
  return { columns: 0, keys, values: new Float64Array(0) };
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
