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
  orderEndpoints();
  hash = hashOf(addressA, addressB, ports);
}

/** Where the hash is known already. */
export function takeKeyWith(knownHash: i32): void {
  orderEndpoints();
  hash = knownHash;
}

function orderEndpoints(): void {
  const source = segment.source;
  const destination = segment.destination;
  const from = segment.sourcePort;
  const to = segment.destinationPort;
  // Without branches: which way a packet goes cannot be foreseen.
  const later = (source > destination) | ((source === destination) & (from > to));
  sourceIsB = later;
  addressA = select<i32>(destination, source, later);
  addressB = select<i32>(source, destination, later);
  ports = select<i32>(to | (from << 16), from | (to << 16), later);
}

/** Of a plain packet's key, from its IPv4 header on: the same as `hashOf`, without putting the endpoints in order. */
export function hashOfPlain(ip: usize): i32 {
  return mix(load<i32>(ip + 12), load<i32>(ip + 16), <i32>load<u16>(ip + 20), <i32>load<u16>(ip + 22));
}

function hashOf(a: i32, b: i32, bothPorts: i32): i32 {
  return mix(
    bswap<i32>(a),
    bswap<i32>(b),
    <i32>bswap<u16>(<u16>bothPorts),
    <i32>bswap<u16>(<u16>(bothPorts >>> 16)),
  );
}

/**
 * The same for both directions, since sums and differences by bit do not know an order; as numbers stand in packets. Spread over 32 bits:
 * multiplications by odd constants, folded down (as at the end of MurmurHash3).
 */
function mix(address: i32, other: i32, port: i32, otherPort: i32): i32 {
  const ports = (port ^ otherPort) | ((port + otherPort) << 16);
  let mixed = ((address ^ other) * 0x9e3779b1) ^ ((address + other) * 0x85ebca6b) ^ (ports * 0xc2b2ae35);
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
