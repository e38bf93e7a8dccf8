/**
 * The engine that follows the connections of a capture; compiled to WebAssembly (see docs/decisions/0006). Its caller writes frames into
 * `inputAt()`, hands them in one by one or as a run of pcap records, and reads the records where they lie.
 */
import * as cursor from './cursor.ts';
import { followFrame } from './frames.ts';
import { allocate } from './memory.ts';
import { setRecords, takeRecords } from './pcap-run.ts';

export { beatCount, beatsAt } from './adding/beats';
export {
  addClientBits,
  clientWords,
  countClients,
  countServedClients,
  knownClientsAt,
  servedClientsAt,
} from './adding/client-bits';
export {
  countConnections,
  judgementsAt,
  listenerTable,
  payloadOfAll,
  peerTable,
  startCount,
} from './adding/count';
export { detailConnections, startDetail } from './adding/detail';
export { exampleListBytes, examplesAt } from './adding/examples';
export { findLargestRows, largestRowsAt } from './adding/largest-rows';
export { verdictTableAt } from './adding/meaning';
export { latencyEdgesAt } from './adding/opening-times';
export { findListeners, settleRoles } from './adding/roles';
export { addKeys, addRows, keyAt, newTable, rowAt, rowCount } from './adding/rows';
export { addressCount, addressesAt } from './addresses';
export { chunksAt, connectionCount } from './connections';
export { baseSeconds, bytes, firstUs, lastUs } from './cursor';
export { share } from './frames';
export { isKnownLinkType } from './link-layer';
export { lastStep, seriesAt, seriesShift } from './series';
export { tallyAt } from './tally';

let input: usize = 0;
let inputSize: usize = 0;

/** Where to write at least so many bytes of frames. */
export function inputAt(bytes: i32): usize {
  if (<usize>bytes > inputSize) {
    inputSize = <usize>bytes;
    input = allocate(inputSize);
  }
  return input;
}

export function packets(): i32 {
  return cursor.passed;
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
  cursor.passPacket(<i64>seconds, nanoseconds, <u32>wire);
  cursor.turnToPacket(cursor.passed, <i64>seconds, nanoseconds);
  return followFrame(input + <usize>at, captured, wire, linkType);
}

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
  setRecords(isSwapped, nanosecondsPerTick, ticksPerSecond, mostCaptured, linkType);
  return <i32>(takeRecords(input + <usize>from, input + <usize>end) - input);
}
