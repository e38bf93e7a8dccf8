import type { EngineExports } from '../engine-exports.ts';
import * as column from '../layout/total-columns.ts';
import { readRow } from './endpoint-rows.ts';

/** What adds up over the connections of one listener; plain arrays, so that another thread can have counted them. */
export interface ListenerTotals {
  /** See layout/total-columns.ts. */
  readonly columns: Float64Array;
  /** Of connections without payload: when they began (ms from the first packet) and the client's address, in turn. */
  readonly beats: Float64Array;
}

/** Of the listener in a row of a table of the engine with so many columns. */
export function readTotals(
  engine: EngineExports,
  table: number,
  columns: number,
  row: number,
): ListenerTotals {
  return {
    columns: readRow(engine, table, columns, row),
    beats: new Float64Array(engine.memory.buffer, engine.beatsAt(row), 2 * engine.beatCount(row)).slice(),
  };
}

/** The columns of one listener that parts of a capture have counted, together. */
export function sumColumns(parts: readonly ListenerTotals[]): Float64Array {
  const columns = new Float64Array(parts[0]?.columns.length ?? column.totalColumns);
  let leastUs = Number.POSITIVE_INFINITY;
  for (const part of parts) {
    for (let at = 0; at < columns.length; at++) columns[at] = (columns[at] ?? 0) + (part.columns[at] ?? 0);
    if ((part.columns[column.connectSamples] ?? 0) === 0) continue;
    leastUs = Math.min(leastUs, part.columns[column.connectMinUs] ?? 0);
  }
  columns[column.connectMinUs] = leastUs;
  return columns;
}

/** Of lists of beats, each in the order of time, the first so many of all. */
export function earliestBeats(lists: readonly Float64Array[], most: number): Float64Array {
  const cells = lists.reduce((sum, { length }) => sum + length, 0);
  const all = new Float64Array(Math.min(cells, 2 * most));
  const next = lists.map(() => 0);
  for (let at = 0; at < all.length; at += 2) {
    let earliest = -1;
    let earliestMs = Number.POSITIVE_INFINITY;
    for (let i = 0; i < lists.length; i++) {
      const atMs = lists[i]?.[next[i] ?? 0] ?? Number.POSITIVE_INFINITY;
      if (atMs >= earliestMs) continue;
      earliest = i;
      earliestMs = atMs;
    }
    const from = next[earliest] ?? 0;
    all[at] = earliestMs;
    all[at + 1] = lists[earliest]?.[from + 1] ?? 0;
    next[earliest] = from + 2;
  }
  return all;
}
