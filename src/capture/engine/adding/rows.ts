/**
 * Tables of numbers: a row of so many 64-bit floats under two words of key. Open addressing with linear probing; rows are numbered in the
 * order in which they came and stand in chunks that never move (layout/table-rows.ts). A table is known by where these words of it stand.
 */
import * as tableRows from '../../layout/table-rows.ts';
import { allocate, get, release, set } from '../memory.ts';

const SLOTS: i32 = 0;
const SLOT_COUNT: i32 = 1;
const COLUMNS: i32 = 2;
const ROWS: i32 = 3;
/** Where each chunk is, and for how many there is room. */
const CHUNKS: i32 = 4;
const MOST_CHUNKS: i32 = 5;
/** Rows of a chunk, as a power of two. */
const SHIFT: i32 = 6;
const TABLE_BYTES: usize = 28;

const KEY_BYTES: usize = 8;
const FIRST_SLOTS: i32 = 256;
const FIRST_CHUNKS: i32 = 16;

export function newTable(columns: i32): usize {
  const table = allocate(TABLE_BYTES);
  set(table, COLUMNS, columns);
  set(table, SHIFT, columns > tableRows.wideColumns ? tableRows.wideChunkShift : tableRows.chunkShift);
  set(table, SLOT_COUNT, FIRST_SLOTS);
  set(table, SLOTS, <i32>allocate((<usize>FIRST_SLOTS) << 2));
  set(table, MOST_CHUNKS, FIRST_CHUNKS);
  set(table, CHUNKS, <i32>allocate((<usize>FIRST_CHUNKS) << 2));
  return table;
}

export function rowCount(table: usize): i32 {
  return get(table, ROWS);
}

/** Where a chunk begins, with the keys of its rows. */
function chunkAt(table: usize, chunk: i32): usize {
  return <usize>get(<usize>get(table, CHUNKS), chunk);
}

/** Number of the row, or -1. */
export function findRow(table: usize, first: i32, second: i32): i32 {
  return get(slotOf(table, first, second), 0) - 1;
}

/** Number of the row, made where there is none. */
export function rowOf(table: usize, first: i32, second: i32): i32 {
  const slot = slotOf(table, first, second);
  const known = get(slot, 0) - 1;
  return known < 0 ? addRow(table, slot, first, second) : known;
}

/** Where the two words of the row's key stand. */
export function keyAt(table: usize, row: i32): usize {
  const shift = get(table, SHIFT);
  return chunkAt(table, row >> shift) + <usize>(row & ((1 << shift) - 1)) * KEY_BYTES;
}

/** Where the row's numbers begin. */
export function rowAt(table: usize, row: i32): usize {
  const shift = get(table, SHIFT);
  const numbers = chunkAt(table, row >> shift) + (KEY_BYTES << shift);
  return numbers + <usize>(row & ((1 << shift) - 1)) * rowBytes(table);
}

export function addTo(row: usize, column: i32, amount: f64): void {
  const at = row + ((<usize>column) << 3);
  store<f64>(at, load<f64>(at) + amount);
}

/**
 * Adds rows that another table has, given as all their keys and then all their numbers. In place of the keys it writes where in this table
 * they are, one word each.
 */
export function addRows(table: usize, keys: usize, rows: i32): void {
  const columns = get(table, COLUMNS);
  const numbers = keys + <usize>rows * KEY_BYTES;
  for (let from = 0; from < rows; from++) {
    const key = keys + <usize>from * KEY_BYTES;
    const row = rowOf(table, get(key, 0), get(key, 1));
    set(keys, from, row);
    const source = numbers + <usize>from * rowBytes(table);
    for (let column = 0; column < columns; column++) {
      addTo(rowAt(table, row), column, load<f64>(source + ((<usize>column) << 3)));
    }
  }
}

/** Rows of zeros for so many keys. */
export function addKeys(table: usize, keys: usize, rows: i32): void {
  for (let from = 0; from < rows; from++) {
    const key = keys + <usize>from * KEY_BYTES;
    rowOf(table, get(key, 0), get(key, 1));
  }
}

/** For each row of `table` the number of the row with the same key in `other`, plus one (0: there is none), as 32-bit words. */
export function matchRows(table: usize, other: usize): usize {
  const rows = rowCount(table);
  const matches = allocate((<usize>max(1, rows)) << 2);
  for (let row = 0; row < rows; row++) {
    const key = keyAt(table, row);
    set(matches, row, findRow(other, get(key, 0), get(key, 1)) + 1);
  }
  return matches;
}

function rowBytes(table: usize): usize {
  return (<usize>get(table, COLUMNS)) << 3;
}

/** Where the number of the row stands, plus one; or where it would. */
function slotOf(table: usize, first: i32, second: i32): usize {
  const slots = <usize>get(table, SLOTS);
  const mask = get(table, SLOT_COUNT) - 1;
  let place = hash(first, second) & mask;
  let slot = slots + ((<usize>place) << 2);
  while (get(slot, 0) !== 0) {
    const key = keyAt(table, get(slot, 0) - 1);
    if (get(key, 0) === first && get(key, 1) === second) break;
    place = (place + 1) & mask;
    slot = slots + ((<usize>place) << 2);
  }
  return slot;
}

function addRow(table: usize, slot: usize, first: i32, second: i32): i32 {
  const row = get(table, ROWS);
  const shift = get(table, SHIFT);
  if ((row & ((1 << shift) - 1)) === 0) addChunk(table, row >> shift);
  set(table, ROWS, row + 1);
  set(slot, 0, row + 1);
  const key = keyAt(table, row);
  set(key, 0, first);
  set(key, 1, second);
  if ((row + 1) * 2 >= get(table, SLOT_COUNT)) growSlots(table);
  return row;
}

function addChunk(table: usize, chunk: i32): void {
  const room = get(table, MOST_CHUNKS);
  if (chunk === room) {
    const chunks = <usize>get(table, CHUNKS);
    const larger = allocate((<usize>room) << 3);
    memory.copy(larger, chunks, (<usize>room) << 2);
    release(chunks, (<usize>room) << 2);
    set(table, CHUNKS, <i32>larger);
    set(table, MOST_CHUNKS, room * 2);
  }
  const bytes = (KEY_BYTES + rowBytes(table)) << get(table, SHIFT);
  set(<usize>get(table, CHUNKS), chunk, <i32>allocate(bytes));
}

function growSlots(table: usize): void {
  const before = get(table, SLOT_COUNT);
  release(<usize>get(table, SLOTS), (<usize>before) << 2);
  set(table, SLOT_COUNT, before * 2);
  set(table, SLOTS, <i32>allocate((<usize>before) << 3));
  const rows = get(table, ROWS);
  for (let row = 0; row < rows; row++) {
    const key = keyAt(table, row);
    set(slotOf(table, get(key, 0), get(key, 1)), 0, row + 1);
  }
}

function hash(first: i32, second: i32): i32 {
  const mixed = (first * 0x9e3779b1) ^ (second * 0x85ebca6b);
  const folded = (mixed ^ (mixed >>> 15)) * 0x2c1b3c6d;
  return folded ^ (folded >>> 13);
}
