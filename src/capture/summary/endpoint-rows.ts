import type { EngineExports } from '../engine-exports.ts';
import { chunkShift, wideChunkShift, wideColumns } from '../layout/table-rows.ts';

const KEY_WORDS = 2;

/**
 * Rows of numbers for endpoints, in arrays that can be handed to another thread: two words of key for each, and as many numbers as
 * the table has columns.
 */
export interface EndpointRows {
  readonly keys: Int32Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
}

export function rowCount(keys: Int32Array): number {
  return keys.length / KEY_WORDS;
}

export function keyOf(keys: Int32Array, row: number): readonly [number, number] {
  return [keys[KEY_WORDS * row] ?? 0, keys[KEY_WORDS * row + 1] ?? 0];
}

/** Copies what a table of the engine (engine/adding/rows.ts) holds. */
export function readRows(engine: EngineExports, table: number, columns: number): EndpointRows {
  const rows = engine.rowCount(table);
  const { buffer } = engine.memory;
  const keys = new Int32Array(rows * KEY_WORDS);
  const values = new Float64Array(rows * columns);
  const perChunk = 2 ** (columns > wideColumns ? wideChunkShift : chunkShift);
  for (let row = 0; row < rows; row += perChunk) {
    const count = Math.min(perChunk, rows - row);
    keys.set(new Int32Array(buffer, engine.keyAt(table, row), count * KEY_WORDS), row * KEY_WORDS);
    values.set(new Float64Array(buffer, engine.rowAt(table, row), count * columns), row * columns);
  }
  return { keys, values };
}

/** The numbers of one row, copied. */
export function readRow(engine: EngineExports, table: number, columns: number, row: number): Float64Array {
  return new Float64Array(engine.memory.buffer, engine.rowAt(table, row), columns).slice();
}

/** A table of the engine with a row of zeros for each of these endpoints, in their order. */
export function tableOf(engine: EngineExports, keys: Int32Array, columns: number): number {
  const table = engine.newTable(columns);
  const at = engine.inputAt(keys.byteLength);
  new Int32Array(engine.memory.buffer, at, keys.length).set(keys);
  engine.addKeys(table, at, rowCount(keys));
  return table;
}

/** Adds the rows to a table of the engine; returns where in it they are. */
export function addRows(engine: EngineExports, table: number, rows: EndpointRows): Int32Array<ArrayBuffer> {
  const at = engine.inputAt(rows.keys.byteLength + rows.values.byteLength);
  const { buffer } = engine.memory;
  new Int32Array(buffer, at, rows.keys.length).set(rows.keys);
  new Float64Array(buffer, at + rows.keys.byteLength, rows.values.length).set(rows.values);
  engine.addRows(table, at, rowCount(rows.keys));
  return new Int32Array(engine.memory.buffer, at, rowCount(rows.keys)).slice() as Int32Array<ArrayBuffer>;
}

/** The keys of the rows of a table of one column that have most in it, largest first. */
export function largestKeys(engine: EngineExports, table: number, most: number): Int32Array<ArrayBuffer> {
  const found = engine.findLargestRows(table, most);
  const { buffer } = engine.memory;
  const rows = new Int32Array(buffer, engine.largestRowsAt(), found);
  const keys = new Int32Array(found * KEY_WORDS);
  rows.forEach((row, i) => {
    keys.set(new Int32Array(buffer, engine.keyAt(table, row), KEY_WORDS), i * KEY_WORDS);
  });
  return keys;
}
