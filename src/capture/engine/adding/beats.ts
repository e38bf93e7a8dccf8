/** When connections without payload began, and whose they were: in them a rhythm may be found. Of each listener the first few thousand. */
import { allocate, get, set } from '../memory.ts';
import { rowCount } from './rows.ts';

const MOST_BEATS: i32 = 5000;
/** ms from the first packet, and the address of the client; 64-bit floats. */
const BEAT_BYTES: usize = 16;

/** Of each listener: where its list stands (0: it has none yet), and how long it is. */
const LIST: i32 = 0;
const LENGTH: i32 = 1;
const ENTRY_BYTES: usize = 8;
let entries: usize = 0;

export function startBeats(listeners: usize): void {
  entries = allocate(<usize>max(1, rowCount(listeners)) * ENTRY_BYTES);
}

export function keepBeat(listener: i32, atMs: f64, client: i32): void {
  const entry = entries + <usize>listener * ENTRY_BYTES;
  const length = get(entry, LENGTH);
  if (length === MOST_BEATS) return;
  // Most of it is never touched and costs nothing then.
  if (length === 0) set(entry, LIST, <i32>allocate(<usize>MOST_BEATS * BEAT_BYTES));
  const beat = <usize>get(entry, LIST) + <usize>length * BEAT_BYTES;
  store<f64>(beat, atMs);
  store<f64>(beat + 8, <f64>client);
  set(entry, LENGTH, length + 1);
}

export function beatsAt(listener: i32): usize {
  return <usize>get(entries + <usize>listener * ENTRY_BYTES, LIST);
}

export function beatCount(listener: i32): i32 {
  return get(entries + <usize>listener * ENTRY_BYTES, LENGTH);
}
