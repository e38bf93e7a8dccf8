/**
 * The newest connection of each pair of endpoints: open addressing with linear probing; a slot holds the key's hash and where the record
 * is, which holds the key. Of a large capture the table is far larger than any cache while only few connections are open at a time, so a
 * small front holds those seen last, one for each of its slots.
 */
import * as connectionWord from '../layout/connection-words.ts';
import * as stateBit from '../layout/state-bits.ts';
import { allocate, get, release, set } from './memory.ts';
import * as segment from './segment.ts';

const SLOT_BYTES: usize = 8;
const FRONT_SLOTS: i32 = 1 << 14;

let slotCount: i32 = 1 << 12;
let slots: usize = allocate(<usize>slotCount * SLOT_BYTES);
const front: usize = allocate(<usize>FRONT_SLOTS * SLOT_BYTES);
let used: i32 = 0;
/** Where the last look that found nothing ended. */
let emptySlot: i32 = 0;

/** Key of the present segment: endpoint A is the lower by address (as a signed number), then by port. */
export let addressA: i32 = 0;
export let addressB: i32 = 0;
export let ports: i32 = 0;
export let hash: i32 = 0;
export let sourceIsB: bool = false;

export function takeKey(): void {
  const later = isLater(segment.source, segment.sourcePort, segment.destination, segment.destinationPort);
  const a = later ? segment.destination : segment.source;
  const b = later ? segment.source : segment.destination;
  const both = later
    ? segment.destinationPort | (segment.sourcePort << 16)
    : segment.sourcePort | (segment.destinationPort << 16);
  setKey(a, b, both, later, hashOf(a, b, both));
}

export function setKey(a: i32, b: i32, bothPorts: i32, sourceIsLater: bool, hashOfKey: i32): void {
  addressA = a;
  addressB = b;
  ports = bothPorts;
  sourceIsB = sourceIsLater;
  hash = hashOfKey;
}

/** Whether the first of two endpoints is B. */
export function isLater(address: i32, port: i32, otherAddress: i32, otherPort: i32): bool {
  return (address > otherAddress) | ((address === otherAddress) & (port > otherPort));
}

/** Spread over 32 bits: multiplications by odd constants, folded down (as at the end of MurmurHash3). */
export function hashOf(a: i32, b: i32, bothPorts: i32): i32 {
  let mixed = (a * 0x9e3779b1) ^ (b * 0x85ebca6b) ^ (bothPorts * 0xc2b2ae35);
  mixed = (mixed ^ (mixed >>> 16)) * 0x2c1b3c6d;
  mixed = (mixed ^ (mixed >>> 13)) * 0x297a2d39;
  return mixed ^ (mixed >>> 16);
}

/** Reads what a look for a key with this hash will most likely need; the sum is of no use. */
export function approach(hash: i32): i32 {
  const near = front + <usize>(hash & (FRONT_SLOTS - 1)) * SLOT_BYTES;
  if (get(near, 0) !== hash) return get(slots + <usize>(hash & (slotCount - 1)) * SLOT_BYTES, 0);
  const record = <usize>get(near, 1);
  return get(record, 0) + get(record, connectionWord.endpointA) + get(record, connectionWord.endpointB);
}

/** The record of the key's newest connection; 0: none. */
export function findFlow(): usize {
  const near = front + <usize>(hash & (FRONT_SLOTS - 1)) * SLOT_BYTES;
  const recent = <usize>get(near, 1);
  if (recent !== 0 && get(near, 0) === hash && isKeyOf(recent)) return recent;
  const mask = slotCount - 1;
  let slot = hash & mask;
  for (;;) {
    const at = slots + <usize>slot * SLOT_BYTES;
    const found = <usize>get(at, 1);
    if (found === 0) break;
    if (get(at, 0) === hash && isKeyOf(found)) {
      keepInFront(found);
      return found;
    }
    slot = (slot + 1) & mask;
  }
  emptySlot = slot;
  return 0;
}

/** Makes `record` the key's newest connection; `replaced` is what was found for it. */
export function putFlow(record: usize, replaced: usize): void {
  keepInFront(record);
  const slot = replaced === 0 ? emptySlot : slotOf(replaced);
  const at = slots + <usize>slot * SLOT_BYTES;
  set(at, 0, hash);
  set(at, 1, <i32>record);
  if (replaced === 0 && ++used * 3 >= slotCount * 2) grow();
}

function keepInFront(record: usize): void {
  const near = front + <usize>(hash & (FRONT_SLOTS - 1)) * SLOT_BYTES;
  set(near, 0, hash);
  set(near, 1, <i32>record);
}

function slotOf(record: usize): i32 {
  const mask = slotCount - 1;
  let slot = hash & mask;
  while (get(slots + <usize>slot * SLOT_BYTES, 1) !== <i32>record) slot = (slot + 1) & mask;
  return slot;
}

function isKeyOf(record: usize): bool {
  return (
    get(record, connectionWord.ports) === ports &&
    get(record, connectionWord.addressA) === addressA &&
    get(record, connectionWord.addressB) === addressB &&
    (get(record, connectionWord.state) & stateBit.isIpv6) === segment.isIpv6
  );
}

function grow(): void {
  const old = slots;
  const oldEnd = slots + <usize>slotCount * SLOT_BYTES;
  slotCount *= 2;
  slots = allocate(<usize>slotCount * SLOT_BYTES);
  const mask = slotCount - 1;
  for (let from = old; from < oldEnd; from += SLOT_BYTES) {
    const record = get(from, 1);
    if (record === 0) continue;
    let slot = get(from, 0) & mask;
    while (get(slots + <usize>slot * SLOT_BYTES, 1) !== 0) slot = (slot + 1) & mask;
    store<i64>(slots + <usize>slot * SLOT_BYTES, load<i64>(from));
  }
  release(old, oldEnd - old);
}
