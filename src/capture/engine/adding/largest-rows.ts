import { allocate, get, set } from '../memory.ts';
import { keyAt, rowAt, rowCount } from './rows.ts';

const MOST: i32 = 128;
const list: usize = allocate((<usize>(MOST + 1)) << 2);

/** Where the numbers of the rows stand that have most in the first column, largest first; of equals the lower key, whatever came first. */
export function largestRowsAt(): usize {
  return list;
}

/** Finds at most so many, and never more than 128; returns how many. */
export function findLargestRows(table: usize, atMost: i32): i32 {
  const most = min(atMost, MOST);
  const rows = rowCount(table);
  let found = 0;
  for (let row = 0; row < rows; row++) {
    let place = found;
    while (place > 0 && isBefore(table, row, get(list, place - 1))) place--;
    if (place === most) continue;
    const from = list + ((<usize>place) << 2);
    memory.copy(from + 4, from, (<usize>(found - place)) << 2);
    set(list, place, row);
    found = min(found + 1, most);
  }
  return found;
}

function isBefore(table: usize, row: i32, other: i32): bool {
  const value = load<f64>(rowAt(table, row));
  const otherValue = load<f64>(rowAt(table, other));
  if (value !== otherValue) return value > otherValue;
  const key = keyAt(table, row);
  const otherKey = keyAt(table, other);
  const first = <u32>get(key, 0);
  const otherFirst = <u32>get(otherKey, 0);
  return first !== otherFirst ? first < otherFirst : get(key, 1) < get(otherKey, 1);
}
