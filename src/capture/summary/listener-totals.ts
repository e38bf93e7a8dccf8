import type { EngineExports } from '../engine-exports.ts';
import * as column from '../layout/total-columns.ts';

/** What adds up over the connections of one listener; plain arrays, so that another thread can have counted them. */
export interface ListenerTotals {
  /** See layout/total-columns.ts. */
  readonly columns: Float64Array;
  /** Of connections without payload: when they began (ms from the first packet) and the client's address, in turn. */
  readonly beats: Float64Array;
}

/** Of the listener whose row of the engine's table `at` points to. */
export function readTotals(engine: EngineExports, at: number, columns: number, row: number): ListenerTotals {
  const { buffer } = engine.memory;
  return {
    columns: new Float64Array(buffer, at + row * columns * Float64Array.BYTES_PER_ELEMENT, columns).slice(),
    beats: new Float64Array(buffer, engine.beatsAt(row), 2 * engine.beatCount(row)).slice(),
  };
}

/** What parts of a capture have counted of one listener, together. */
export function sumTotals(parts: readonly ListenerTotals[]): ListenerTotals {
  const [first] = parts;
  const columns = new Float64Array(first?.columns.length ?? column.totalColumns);
  for (const part of parts)
    part.columns.forEach((amount, at) => {
      columns[at] = (columns[at] ?? 0) + amount;
    });
  const least = parts.flatMap((part) =>
    (part.columns[column.connectSamples] ?? 0) > 0 ? [part.columns[column.connectMinUs] ?? 0] : [],
  );
  columns[column.connectMinUs] = Math.min(...least);
  return { columns, beats: joinBeats(parts.map(({ beats }) => beats)) };
}

/** Of lists in the order of time one such list. */
function joinBeats(lists: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(lists.reduce((sum, { length }) => sum + length, 0));
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
