/**
 * The newest connection of each pair of endpoints: open addressing with linear probing. A slot is one word: where the record is, which
 * holds the key and stands at a multiple of 64 bytes, and above that six bits of the key's hash. Of a large capture the table is far larger
 * than any cache while only few connections are open at a time, so a small front holds those seen last, one for each of its slots.
 */
import * as connectionWord from '../layout/connection-words.ts';
import * as stateBit from '../layout/state-bits.ts';
import { connectionCount, recordOf } from './connections.ts';
import { allocate, get, release, set } from './memory.ts';
import * as segment from './segment.ts';

const RECORD_SHIFT: i32 = 6;
const TAG_SHIFT: i32 = 26;
let slotCount: i32 = 1 << 12;
let slots: usize = allocate((<usize>slotCount) << 2);

/** A slot of the front is two words: hash and record. */
const FRONT_SLOTS: i32 = 1 << 14;
const FRONT_BYTES: usize = 8;
const front: usize = allocate(<usize>FRONT_SLOTS * FRONT_BYTES);

let used: i32 = 0;
/** Where the last look that found nothing ended. */
let emptySlot: usize = 0;

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
  const near = front + <usize>(hash & (FRONT_SLOTS - 1)) * FRONT_BYTES;
  if (get(near, 0) !== hash) return get(firstSlot(hash), 0);
  const record = <usize>get(near, 1);
  return get(record, 0) + get(record, connectionWord.endpointA) + get(record, connectionWord.endpointB);
}

/** The record of the key's newest connection; 0: none. */
export function findFlow(): usize {
  const near = front + <usize>(hash & (FRONT_SLOTS - 1)) * FRONT_BYTES;
  const recent = <usize>get(near, 1);
  if (recent !== 0 && get(near, 0) === hash && isKeyOf(recent)) return recent;
  let slot = firstSlot(hash);
  for (;;) {
    const entry = get(slot, 0);
    if (entry === 0) break;
    if (entry >>> TAG_SHIFT === hash >>> TAG_SHIFT && isKeyOf(recordIn(entry))) {
      keepInFront(recordIn(entry));
      return recordIn(entry);
    }
    slot = nextSlot(slot);
  }
  emptySlot = slot;
  return 0;
}

/** Makes `record`, which has its key, the key's newest connection; `replaced` is what was found for it, and is marked so. */
export function putFlow(record: usize, replaced: usize): void {
  keepInFront(record);
  if (replaced === 0) {
    set(emptySlot, 0, entryOf(record, hash));
    if (++used * 3 >= slotCount * 2) grow();
    return;
  }
  let slot = firstSlot(hash);
  while (recordIn(get(slot, 0)) !== replaced) slot = nextSlot(slot);
  set(slot, 0, entryOf(record, hash));
}

function keepInFront(record: usize): void {
  const near = front + <usize>(hash & (FRONT_SLOTS - 1)) * FRONT_BYTES;
  set(near, 0, hash);
  set(near, 1, <i32>record);
}

function firstSlot(ofHash: i32): usize {
  return slots + ((<usize>(ofHash & (slotCount - 1))) << 2);
}

function nextSlot(slot: usize): usize {
  const next = slot + 4;
  return next === slots + ((<usize>slotCount) << 2) ? slots : next;
}

function entryOf(record: usize, ofHash: i32): i32 {
  return <i32>(record >>> RECORD_SHIFT) | ((ofHash >>> TAG_SHIFT) << TAG_SHIFT);
}

/** The tag is shifted out. */
function recordIn(entry: i32): usize {
  return (<usize>entry) << RECORD_SHIFT;
}

function isKeyOf(record: usize): bool {
  return (
    get(record, connectionWord.ports) === ports &&
    get(record, connectionWord.addressA) === addressA &&
    get(record, connectionWord.addressB) === addressB &&
    (get(record, connectionWord.state) & stateBit.isIpv6) === segment.isIpv6
  );
}

/** Puts every record that is the newest of its key into a table of twice the size, in their order, in which they stand in memory. */
function grow(): void {
  release(slots, (<usize>slotCount) << 2);
  slotCount *= 2;
  slots = allocate((<usize>slotCount) << 2);
  const count = connectionCount();
  for (let index = 0; index < count; index++) {
    const record = recordOf(index);
    if ((get(record, connectionWord.state) & stateBit.superseded) !== 0) continue;
    const hashOfRecord = hashOf(
      get(record, connectionWord.addressA),
      get(record, connectionWord.addressB),
      get(record, connectionWord.ports),
    );
    let slot = firstSlot(hashOfRecord);
    while (get(slot, 0) !== 0) slot = nextSlot(slot);
    set(slot, 0, entryOf(record, hashOfRecord));
  }
}
