/**
 * Runs of pcap records. They are taken in groups, and each group is gone through twice: at first only for whose each frame is, so that
 * what another engine follows costs little and the memory of many connections is on its way at once; then frame by frame.
 */
import * as cursor from './cursor.ts';
import * as flows from './flows.ts';
import { followFrame, followPlain, isOwn } from './frames.ts';
import { linkBytes } from './link-layer.ts';
import { allocate, get, set } from './memory.ts';

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

/** A frame that waits: where its record stands, its number; where it is plain its IP header and the hash of its key, else 0 and nothing. */
const AT: i32 = 0;
const NUMBER: i32 = 1;
const IP: i32 = 2;
const HASH: i32 = 3;
const WAITING_BYTES: usize = 16;
const GROUP: i32 = 64;
const waiting: usize = allocate(<usize>GROUP * WAITING_BYTES);
const waitingEnd: usize = waiting + <usize>GROUP * WAITING_BYTES;
/** Where the next one goes. */
let end: usize = waiting;

/** Takes usual records from `at` up to `stop`, as long as they are whole and nothing about them is odd; returns how far it came. */
export function takeRecords(at: usize, stop: usize): usize {
  if (isSwapped) return takeSwapped(at, stop);
  let before: usize;
  do {
    before = at;
    at = gather(at, stop);
    approach();
    follow();
  } while (at !== before);
  return at;
}

/** Files in the other byte order are rare, and may take longer. */
function takeSwapped(at: usize, stop: usize): usize {
  while (at + RECORD_HEADER_BYTES <= stop) {
    const seconds = bswap<u32>(load<u32>(at));
    const ticks = bswap<u32>(load<u32>(at + 4));
    const captured = bswap<u32>(load<u32>(at + 8));
    const wire = bswap<u32>(load<u32>(at + 12));
    const next = at + RECORD_HEADER_BYTES + <usize>captured;
    if (isOdd(captured, wire, ticks) || next > stop) break;
    const nanoseconds = <i32>ticks * nanosecondsPerTick;
    cursor.passPacket(<i64>seconds, nanoseconds, wire);
    cursor.turnToPacket(cursor.passed, <i64>seconds, nanoseconds);
    followFrame(at + RECORD_HEADER_BYTES, <i32>captured, <i32>wire, linkType);
    at = next;
  }
  return at;
}

function isOdd(captured: u32, wire: u32, ticks: u32): bool {
  return captured > mostCaptured || captured > wire || ticks >= ticksPerSecond;
}

/** Goes on until the group is full, or a record is odd or not whole. What changes with every record is kept at hand. */
function gather(from: usize, stop: usize): usize {
  const type = linkType;
  let at = from;
  let free = waiting;
  let number = cursor.passed;
  let wireBytes: u64 = 0;
  let earliest: u64 = u64.MAX_VALUE;
  let latest: u64 = 0;
  while (at + RECORD_HEADER_BYTES <= stop && free < waitingEnd) {
    // Seconds above ticks: later is larger.
    const time = rotl<u64>(load<u64>(at), 32);
    const captured = load<u32>(at + 8);
    const wire = load<u32>(at + 12);
    const frame = at + RECORD_HEADER_BYTES;
    const next = frame + <usize>captured;
    if (isOdd(captured, wire, <u32>time) || next > stop) break;
    number++;
    wireBytes += <u64>wire;
    earliest = min(earliest, time);
    latest = max(latest, time);
    const ip = plainIp(frame, <i32>captured, type);
    const hash = ip === 0 ? 0 : flows.hashOfPlain(ip);
    if (ip === 0 || isOwn(hash)) {
      set(free, AT, <i32>at);
      set(free, NUMBER, number);
      set(free, IP, <i32>ip);
      set(free, HASH, hash);
      free += WAITING_BYTES;
    }
    at = next;
  }
  end = free;
  if (at !== from) {
    cursor.passPackets(number - cursor.passed, wireBytes, load<u32>(from), toNs(earliest), toNs(latest));
  }
  return at;
}

function toNs(time: u64): i64 {
  return <i64>(time >>> 32) * 1_000_000_000 + <i64>(<i32>time * nanosecondsPerTick);
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
  for (let frame = waiting; frame < end; frame += WAITING_BYTES) {
    const at = <usize>get(frame, AT);
    const bytes = at + RECORD_HEADER_BYTES;
    const captured = load<u32>(at + 8);
    const nanoseconds = <i32>load<u32>(at + 4) * nanosecondsPerTick;
    cursor.turnToPacket(get(frame, NUMBER), <i64>load<u32>(at), nanoseconds);
    const ip = <usize>get(frame, IP);
    if (ip !== 0) followPlain(ip, bytes + captured, get(frame, HASH));
    else followFrame(bytes, <i32>captured, load<i32>(at + 12), linkType);
  }
}

const ETHERNET: i32 = 1;
/** As they stand in packets, read as numbers whose lowest byte comes first. */
const ETHERTYPE_IPV4: u16 = 0x0008;
const IPV4_WITHOUT_OPTIONS: u8 = 0x45;
/** Two bytes of fragment flags and offset without "don't fragment", one of TTL that does not matter, one of protocol: TCP. */
const FRAGMENT_AND_PROTOCOL: u32 = 0xff00_ff3f;
const WHOLE_TCP: u32 = 0x0600_0000;
const HEADERS_BYTES: i32 = 40;

/** Where the IP header is, when it is a whole one of IPv4 without options and a TCP header follows; else 0, and the long way is taken. */
function plainIp(frame: usize, captured: i32, type: i32): usize {
  const isUsual =
    type === ETHERNET && captured >= 14 + HEADERS_BYTES && load<u16>(frame + 12) === ETHERTYPE_IPV4;
  const before = isUsual ? 14 : linkBytes(frame, captured, type);
  if (before < 0 || captured < before + HEADERS_BYTES) return 0;
  const ip = frame + <usize>before;
  const isWholeTcp = (load<u32>(ip + 6) & FRAGMENT_AND_PROTOCOL) === WHOLE_TCP;
  if (load<u8>(ip) !== IPV4_WITHOUT_OPTIONS || !isWholeTcp) return 0;
  return <i32>bswap<u16>(load<u16>(ip + 2)) < HEADERS_BYTES ? 0 : ip;
}
