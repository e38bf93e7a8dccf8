/**
 * Tables of numbers: a row of so many 64-bit floats under two words of key. Open addressing with linear probing; rows are numbered in the
 * order in which they came, keys and numbers lie one after the other. A table is known by where these words of it stand.
 */
import { allocate, get, release, set } from '../memory.ts';

const SLOTS: i32 = 0;
const SLOT_COUNT: i32 = 1;
const KEYS: i32 = 2;
const VALUES: i32 = 3;
const COLUMNS: i32 = 4;
const ROWS: i32 = 5;
const TABLE_BYTES: usize = 24;

const KEY_BYTES: usize = 8;
const VALUE_BYTES: usize = 8;
const FIRST_SLOTS: i32 = 256;

export function newTable(columns: i32): usize {
  const table = allocate(TABLE_BYTES);
  set(table, COLUMNS, columns);
  set(table, SLOT_COUNT, FIRST_SLOTS);
  set(table, SLOTS, <i32>allocate(<usize>FIRST_SLOTS * 4));
  set(table, KEYS, <i32>allocate(<usize>(FIRST_SLOTS / 2) * KEY_BYTES));
  set(table, VALUES, <i32>allocate(<usize>(FIRST_SLOTS / 2) * rowBytes(table)));
  return table;
}

export function rowCount(table: usize): i32 {
  return get(table, ROWS);
}

export function keysAt(table: usize): usize {
  return <usize>get(table, KEYS);
}

export function valuesAt(table: usize): usize {
  return <usize>get(table, VALUES);
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

/** Where the row's numbers begin; until the next row is added. */
export function rowAt(table: usize, row: i32): usize {
  return valuesAt(table) + <usize>row * rowBytes(table);
}

export function addTo(row: usize, column: i32, amount: f64): void {
  const at = row + ((<usize>column) << 3);
  store<f64>(at, load<f64>(at) + amount);
}

/** Adds rows that another table has, given as its keys and its numbers; in place of each key the number of its row is written. */
export function addRows(table: usize, keys: usize, values: usize, rows: i32): void {
  const columns = get(table, COLUMNS);
  for (let from = 0; from < rows; from++) {
    const key = keys + <usize>from * KEY_BYTES;
    const row = rowOf(table, get(key, 0), get(key, 1));
    set(keys, from, row);
    const to = rowAt(table, row);
    const source = values + <usize>from * rowBytes(table);
    for (let column = 0; column < columns; column++) {
      addTo(to, column, load<f64>(source + ((<usize>column) << 3)));
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
    const key = keysAt(table) + <usize>row * KEY_BYTES;
    set(matches, row, findRow(other, get(key, 0), get(key, 1)) + 1);
  }
  return matches;
}

function rowBytes(table: usize): usize {
  return <usize>get(table, COLUMNS) * VALUE_BYTES;
}

/** Where the number of the row stands, plus one; or where it would. */
function slotOf(table: usize, first: i32, second: i32): usize {
  const slots = <usize>get(table, SLOTS);
  const keys = keysAt(table);
  const mask = get(table, SLOT_COUNT) - 1;
  let place = hash(first, second) & mask;
  let slot = slots + ((<usize>place) << 2);
  while (get(slot, 0) !== 0) {
    const key = keys + <usize>(get(slot, 0) - 1) * KEY_BYTES;
    if (get(key, 0) === first && get(key, 1) === second) break;
    place = (place + 1) & mask;
    slot = slots + ((<usize>place) << 2);
  }
  return slot;
}

function addRow(table: usize, slot: usize, first: i32, second: i32): i32 {
  const row = get(table, ROWS);
  set(table, ROWS, row + 1);
  set(slot, 0, row + 1);
  const key = keysAt(table) + <usize>row * KEY_BYTES;
  set(key, 0, first);
  set(key, 1, second);
  if ((row + 1) * 2 >= get(table, SLOT_COUNT)) grow(table);
  return row;
}

function grow(table: usize): void {
  const before = get(table, SLOT_COUNT);
  const rows = get(table, ROWS);
  set(table, SLOT_COUNT, before * 2);
  moved(table, KEYS, <usize>(before / 2) * KEY_BYTES);
  moved(table, VALUES, <usize>(before / 2) * rowBytes(table));
  const slots = <usize>get(table, SLOTS);
  set(table, SLOTS, <i32>allocate(<usize>before * 2 * 4));
  release(slots, <usize>before * 4);
  for (let row = 0; row < rows; row++) {
    const key = keysAt(table) + <usize>row * KEY_BYTES;
    set(slotOf(table, get(key, 0), get(key, 1)), 0, row + 1);
  }
}

/** Gives twice the room to what takes so many bytes. */
function moved(table: usize, which: i32, bytes: usize): void {
  const from = <usize>get(table, which);
  const to = allocate(bytes * 2);
  memory.copy(to, from, bytes);
  set(table, which, <i32>to);
  release(from, bytes);
}

function hash(first: i32, second: i32): i32 {
  const mixed = (first * 0x9e3779b1) ^ (second * 0x85ebca6b);
  const folded = (mixed ^ (mixed >>> 15)) * 0x2c1b3c6d;
  return folded ^ (folded >>> 13);
}
