/**
 * The engine that follows the connections of a capture; compiled to WebAssembly (see docs/decisions/0006). Its caller writes frames into
 * `inputAt()`, hands them in one by one or as a run of pcap records, and reads the records where they lie.
 */
import * as frameKind from '../layout/frame-kinds.ts';
import * as tallyWord from '../layout/tally-words.ts';
import * as cursor from './cursor.ts';
import * as flows from './flows.ts';
import { followSegment, followUnreachable } from './follow.ts';
import { readFrame, readSegment } from './frame.ts';
import { allocate } from './memory.ts';
import { countPacket, countSegment, turnTo } from './series.ts';
import { tally } from './tally.ts';

export { addressCount, addressesAt } from './addresses';
export { chunksAt, connectionCount } from './connections';
export { baseSeconds, firstUs, lastUs } from './cursor';
export { isKnownLinkType } from './link-layer';
export { lastStep, seriesAt, seriesShift } from './series';
export { tallyAt } from './tally';

let part: i32 = 0;
let parts: i32 = 1;
let wireBytes: f64 = 0;
let input: usize = 0;
let inputSize: usize = 0;

/** Several engines can share a capture: each sees every frame and follows its part of the connections. */
export function share(ownPart: i32, ofParts: i32): void {
  part = ownPart;
  parts = ofParts;
}

/** Where to write at least so many bytes of frames. */
export function inputAt(bytes: i32): usize {
  if (<usize>bytes > inputSize) {
    inputSize = <usize>bytes;
    input = allocate(inputSize);
  }
  return input;
}

export function packets(): i32 {
  return cursor.packet;
}

/** Of all frames, on the wire. */
export function bytes(): f64 {
  return wireBytes;
}

/** What the last frame was: the record of its connection (0: none that this engine follows), who sent it, and its kind. */
export function lastConnection(): usize {
  return cursor.connection;
}

export function lastSenderBit(): i32 {
  return cursor.senderBit;
}

export function lastKind(): i32 {
  return cursor.kind;
}

export { acknowledgement, flags, icmp, payloadBytes, sequence, window } from './segment';

/** One frame; `at` counts from `inputAt`, seconds from 1970. True when it belongs to a connection that this engine follows. */
export function frame(
  at: i32,
  captured: i32,
  wire: i32,
  seconds: f64,
  nanoseconds: i32,
  linkType: i32,
): bool {
  return take(input + <usize>at, captured, wire, <i64>seconds, nanoseconds, linkType);
}

const RECORD_HEADER_BYTES: usize = 16;

/**
 * Usual records of a pcap file (draft-ietf-opsawg-pcap, section 5) from `from` up to `end`, as long as they are whole and nothing about
 * them is odd. Returns how far it came; what stands there is for the caller to look at.
 */
export function pcapRun(
  from: i32,
  end: i32,
  isSwapped: bool,
  nanosecondsPerTick: i32,
  ticksPerSecond: i32,
  mostCaptured: i32,
  linkType: i32,
): i32 {
  let at = input + <usize>from;
  const stop = input + <usize>end;
  while (at + RECORD_HEADER_BYTES <= stop) {
    const captured = field(at + 8, isSwapped);
    const ticks = field(at + 4, isSwapped);
    const wire = field(at + 12, isSwapped);
    if (captured > <u32>mostCaptured || captured > wire || ticks >= <u32>ticksPerSecond) break;
    const next = at + RECORD_HEADER_BYTES + <usize>captured;
    if (next > stop) break;
    take(
      at + RECORD_HEADER_BYTES,
      <i32>captured,
      <i32>wire,
      <i64>field(at, isSwapped),
      <i32>ticks * nanosecondsPerTick,
      linkType,
    );
    at = next;
  }
  return <i32>(at - input);
}

function field(at: usize, isSwapped: bool): u32 {
  const value = load<u32>(at);
  return isSwapped ? bswap<u32>(value) : value;
}

function take(at: usize, captured: i32, wire: i32, seconds: i64, nanoseconds: i32, linkType: i32): bool {
  turnTo(cursor.nextPacket(seconds, nanoseconds));
  wireBytes += <f64>(<u32>wire);
  const is = readFrame(at, captured, wire, linkType);
  if (is !== frameKind.tcp && is !== frameKind.unreachable) {
    // What belongs to no connection is counted once, by the first of several engines.
    if (part === 0) skip(is);
    return false;
  }
  flows.takeKey();
  if (parts > 1 && <i32>(((<u32>flows.hash >>> 16) * <u32>parts) >>> 16) !== part) return false;
  if (is === frameKind.unreachable) return unreachableHere();
  if (readSegment() !== frameKind.tcp) {
    skip(frameKind.malformed);
    return false;
  }
  tally(tallyWord.tcpPackets);
  followSegment();
  countPacket();
  countSegment();
  return true;
}

function unreachableHere(): bool {
  tally(tallyWord.notTcp);
  countPacket();
  return followUnreachable();
}

function skip(is: i32): void {
  countPacket();
  if (is === frameKind.fragment) tally(tallyWord.fragments);
  else if (is === frameKind.malformed) tally(tallyWord.malformed);
  else if (is === frameKind.cut) tally(tallyWord.cut);
  else tally(tallyWord.notTcp);
}
