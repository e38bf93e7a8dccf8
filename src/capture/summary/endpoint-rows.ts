import type { EngineExports } from '../engine-exports.ts';
import { chunkShift, keyBytes, wideChunkShift, wideColumns } from '../layout/table-rows.ts';

const KEY_WORDS = 2;
const NUMBER_BYTES = Float64Array.BYTES_PER_ELEMENT;

/** Rows of numbers for endpoints, in arrays that can be handed to another thread: two words of key for each, and `columns` numbers. */
export interface EndpointRows {
  readonly columns: number;
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
  const perChunk = rowsOfChunk(columns);
  for (let row = 0; row < rows; row += perChunk) {
    const count = Math.min(perChunk, rows - row);
    const at = engine.chunkAt(table, row / perChunk);
    keys.set(new Int32Array(buffer, at, count * KEY_WORDS), row * KEY_WORDS);
    values.set(new Float64Array(buffer, at + perChunk * keyBytes, count * columns), row * columns);
  }
  return { columns, keys, values };
}

/** The numbers of one row, copied. */
export function readRow(engine: EngineExports, table: number, columns: number, row: number): Float64Array {
  const perChunk = rowsOfChunk(columns);
  const chunk = engine.chunkAt(table, Math.floor(row / perChunk));
  const at = chunk + perChunk * keyBytes + (row % perChunk) * columns * NUMBER_BYTES;
  return new Float64Array(engine.memory.buffer, at, columns).slice();
}

/** A table of the engine with a row of zeros for each of these endpoints, in their order. */
export function tableOf(engine: EngineExports, keys: Int32Array, columns: number): number {
  const table = engine.newTable(columns);
  const at = engine.inputAt(keys.byteLength);
  new Int32Array(engine.memory.buffer, at, keys.length).set(keys);
  engine.addKeys(table, at, keys.length / KEY_WORDS);
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
  const perChunk = rowsOfChunk(1);
  rows.forEach((row, i) => {
    const at = engine.chunkAt(table, Math.floor(row / perChunk)) + (row % perChunk) * keyBytes;
    keys.set(new Int32Array(buffer, at, KEY_WORDS), i * KEY_WORDS);
  });
  return keys;
}

function rowsOfChunk(columns: number): number {
  return 2 ** (columns > wideColumns ? wideChunkShift : chunkShift);
}
