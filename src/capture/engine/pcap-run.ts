/**
 * Runs of pcap records. They are taken in groups, and each group is gone through twice: at first only for whose each frame is, so that
 * what another engine follows costs little and the memory of many connections is on its way at once; then frame by frame.
 */
import * as cursor from './cursor.ts';
import * as flows from './flows.ts';
import { followFrame, followPlain, isOwn } from './frames.ts';
import { linkBytes } from './link-layer.ts';
import { allocate, get, set } from './memory.ts';
import { readI32, readU8, readU16 } from './network-order.ts';

const RECORD_HEADER_BYTES: usize = 16;

/** How records of a file are to be read: their byte order, the unit of their times, and what their frames are. */
let isSwapped: bool = false;
let nanosecondsPerTick: i32 = 1;
let ticksPerSecond: u32 = 1_000_000_000;
let mostCaptured: u32 = 0;
let linkType: i32 = 0;

export function setRecords(swapped: bool, nanoseconds: i32, ticks: i32, most: i32, ofLinkType: i32): void {
  isSwapped = swapped;
  nanosecondsPerTick = nanoseconds;
  ticksPerSecond = <u32>ticks;
  mostCaptured = <u32>most;
  linkType = ofLinkType;
}

/**
 * A frame that waits: where its record stands, its number; where it is plain, its IP header and the key of its connection (flows.ts),
 * else 0 and nothing.
 */
const AT: i32 = 0;
const NUMBER: i32 = 1;
const IP: i32 = 2;
const ADDRESS_A: i32 = 3;
const ADDRESS_B: i32 = 4;
const PORTS: i32 = 5;
const SOURCE_IS_B: i32 = 6;
const HASH: i32 = 7;
const WAITING_BYTES: usize = 32;
const GROUP: i32 = 64;
const waiting: usize = allocate(<usize>GROUP * WAITING_BYTES);
const waitingEnd: usize = waiting + <usize>GROUP * WAITING_BYTES;
/** Where the next one goes. */
let end: usize = waiting;

/** Takes usual records from `at` up to `stop`, as long as they are whole and nothing about them is odd; returns how far it came. */
export function takeRecords(at: usize, stop: usize): usize {
  let before: usize;
  do {
    before = at;
    at = gather(at, stop);
    approach();
    follow();
  } while (at !== before);
  return at;
}

/** Goes on until the group is full, or a record is odd or not whole. */
function gather(from: usize, stop: usize): usize {
  // What does not change is not read from memory for each record.
  const swapped = isSwapped;
  const most = mostCaptured;
  const perSecond = ticksPerSecond;
  const type = linkType;
  let at = from;
  let free = waiting;
  while (at + RECORD_HEADER_BYTES <= stop && free < waitingEnd) {
    const captured = field(at + 8, swapped);
    const ticks = field(at + 4, swapped);
    const wire = field(at + 12, swapped);
    if (captured > most || captured > wire || ticks >= perSecond) break;
    const next = at + RECORD_HEADER_BYTES + <usize>captured;
    if (next > stop) break;
    cursor.passPacket(<i64>field(at, swapped), <i32>ticks * nanosecondsPerTick, wire);
    const isPlain = readPlainKey(at + RECORD_HEADER_BYTES, <i32>captured, type, free);
    if (!isPlain || isOwn(get(free, HASH))) {
      set(free, AT, <i32>at);
      set(free, NUMBER, cursor.passed);
      if (!isPlain) set(free, IP, 0);
      free += WAITING_BYTES;
    }
    at = next;
  }
  end = free;
  return at;
}

/** Where it is noted what was read ahead: what nobody keeps need not be read. */
const ahead: usize = allocate(4);

/** None of these reads waits for another, so the processor has many of them on the way. */
function approach(): void {
  let sum = 0;
  for (let frame = waiting; frame < end; frame += WAITING_BYTES) {
    if (get(frame, IP) !== 0) sum += flows.approach(get(frame, HASH));
  }
  set(ahead, 0, sum);
}

function follow(): void {
  const swapped = isSwapped;
  for (let frame = waiting; frame < end; frame += WAITING_BYTES) {
    const at = <usize>get(frame, AT);
    const bytes = at + RECORD_HEADER_BYTES;
    const captured = field(at + 8, swapped);
    const nanoseconds = <i32>field(at + 4, swapped) * nanosecondsPerTick;
    cursor.turnToPacket(get(frame, NUMBER), <i64>field(at, swapped), nanoseconds);
    const ip = <usize>get(frame, IP);
    if (ip === 0) followFrame(bytes, <i32>captured, <i32>field(at + 12, swapped), linkType);
    else {
      flows.setKey(
        get(frame, ADDRESS_A),
        get(frame, ADDRESS_B),
        get(frame, PORTS),
        get(frame, SOURCE_IS_B) !== 0,
        get(frame, HASH),
      );
      followPlain(ip, bytes + captured);
    }
  }
}

function field(at: usize, swapped: bool): u32 {
  const value = load<u32>(at);
  return swapped ? bswap<u32>(value) : value;
}

const IPV4_WITHOUT_OPTIONS: i32 = 0x45;
const MORE_FRAGMENTS_AND_OFFSET: i32 = 0x3fff;
const TCP: i32 = 6;
const HEADERS_BYTES: i32 = 40;

/** Whether this is a whole IPv4 header without options and a TCP header behind it; their key then stands in `frame`. */
function readPlainKey(at: usize, captured: i32, type: i32, frame: usize): bool {
  const before = linkBytes(at, captured, type);
  if (before < 0 || captured < before + HEADERS_BYTES) return false;
  const ip = at + <usize>before;
  if (readU8(ip) !== IPV4_WITHOUT_OPTIONS || readU8(ip + 9) !== TCP) return false;
  if (readU16(ip + 2) < HEADERS_BYTES || (readU16(ip + 6) & MORE_FRAGMENTS_AND_OFFSET) !== 0) return false;
  const source = readI32(ip + 12);
  const destination = readI32(ip + 16);
  const sourcePort = readU16(ip + 20);
  const destinationPort = readU16(ip + 22);
  const sourceIsB = flows.isLater(source, sourcePort, destination, destinationPort);
  const a = select<i32>(destination, source, sourceIsB);
  const b = select<i32>(source, destination, sourceIsB);
  const ports = select<i32>(
    destinationPort | (sourcePort << 16),
    sourcePort | (destinationPort << 16),
    sourceIsB,
  );
  set(frame, IP, <i32>ip);
  set(frame, ADDRESS_A, a);
  set(frame, ADDRESS_B, b);
  set(frame, PORTS, ports);
  set(frame, SOURCE_IS_B, sourceIsB ? 1 : 0);
  set(frame, HASH, flows.hashOf(a, b, ports));
  return true;
}
