/** Gives every IPv6 address a number, so that a connection's key fits in three words. Open addressing, linear probing. */
import { allocate, get, release, set } from './memory.ts';

const BYTES: usize = 16;

let slotCount: i32 = 1024;
let slots: usize = allocate(<usize>slotCount * 4);
/** The addresses in the order of their numbers, as they stand in packets. */
let book: usize = allocate((<usize>slotCount * BYTES) / 2);
let count: i32 = 0;

export function addressCount(): i32 {
  return count;
}

export function addressesAt(): usize {
  return book;
}

/** The number of the address in 16 bytes at `at`. */
export function numberOf(at: usize): i32 {
  const low = load<i64>(at);
  const high = load<i64>(at + 8);
  const mask = slotCount - 1;
  let slot = hash(low, high) & mask;
  for (;;) {
    const number = get(slots, slot) - 1;
    if (number < 0) break;
    const known = book + <usize>number * BYTES;
    if (load<i64>(known + 8) === high && load<i64>(known) === low) return number;
    slot = (slot + 1) & mask;
  }
  return add(slot, low, high);
}

function add(slot: i32, low: i64, high: i64): i32 {
  const number = count++;
  const at = book + <usize>number * BYTES;
  store<i64>(at, low);
  store<i64>(at + 8, high);
  set(slots, slot, number + 1);
  if (count * 2 >= slotCount) grow();
  return number;
}

function grow(): void {
  slotCount *= 2;
  slots = allocate(<usize>slotCount * 4);
  const larger = allocate((<usize>slotCount * BYTES) / 2);
  memory.copy(larger, book, <usize>count * BYTES);
  release(book, <usize>count * BYTES);
  book = larger;
  const mask = slotCount - 1;
  for (let number = 0; number < count; number++) {
    const at = book + <usize>number * BYTES;
    let slot = hash(load<i64>(at), load<i64>(at + 8)) & mask;
    while (get(slots, slot) !== 0) slot = (slot + 1) & mask;
    set(slots, slot, number + 1);
  }
}

function hash(low: i64, high: i64): i32 {
  let mixed =
    (<i32>low * 0x9e3779b1) ^
    (<i32>(low >>> 32) * 0x85ebca6b) ^
    (<i32>high * 0xc2b2ae35) ^
    (<i32>(high >>> 32) * 0x27d4eb2f);
  mixed = (mixed ^ (mixed >>> 15)) * 0x2c1b3c6d;
  return mixed ^ (mixed >>> 13);
}
