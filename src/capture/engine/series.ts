/**
 * Counts per step of time. A step is a second at first and twice as long each time the capture outgrows the table, so that neither a
 * month nor an absurd timestamp costs more memory than a minute. Read by ../series.ts.
 */
import * as flagBit from '../layout/flag-bits.ts';
import * as segmentKind from '../layout/segment-kinds.ts';
import * as cursor from './cursor.ts';
import { allocate } from './memory.ts';
import * as segment from './segment.ts';

const MOST_STEPS: i32 = 2048;
/** Packets, SYNs, retransmissions, PUSH, payload bytes; 64-bit floats. */
const WIDTH: i32 = 5;
const STEP_BYTES: usize = (<usize>WIDTH) << 3;

const cells: usize = allocate(<usize>MOST_STEPS * STEP_BYTES);
let shift: i32 = 0;
let last: i32 = 0;
let second: i64 = -1;
let present: usize = cells;

export function seriesAt(): usize {
  return cells;
}

/** Seconds in a step, as a power of two; and the number of the last step. */
export function seriesShift(): i32 {
  return shift;
}

export function lastStep(): i32 {
  return last;
}

/** Turns to the step of this second, counted from the first packet's; what lies before that counts for the first. */
export function turnTo(at: i64): void {
  if (at === second) return;
  second = at;
  const from = max<i64>(at, 0);
  while (from >> shift >= MOST_STEPS) fold();
  const step = <i32>(from >> shift);
  if (step > last) last = step;
  present = cells + <usize>step * STEP_BYTES;
}

export function countPacket(): void {
  count(0, 1);
}

export function countSegment(): void {
  if (segment.payloadBytes > 0) count(4, segment.payloadBytes);
  if ((segment.flags & flagBit.psh) !== 0) count(3, 1);
  if ((segment.flags & (flagBit.syn | flagBit.ack)) === flagBit.syn) count(1, 1);
  if (cursor.kind >= segmentKind.synRetransmission && cursor.kind <= segmentKind.spurious) count(2, 1);
}

function count(column: i32, amount: i32): void {
  const at = present + ((<usize>column) << 3);
  store<f64>(at, load<f64>(at) + <f64>amount);
}

/** Steps become twice as long. */
function fold(): void {
  for (let step = 0; step < MOST_STEPS; step++) {
    const from = cells + <usize>step * STEP_BYTES;
    const to = cells + <usize>(step >> 1) * STEP_BYTES;
    for (let column: usize = 0; column < STEP_BYTES; column += 8) {
      const amount = load<f64>(from + column);
      if (from !== to) store<f64>(from + column, 0);
      // The even one of two comes first and makes place for both.
      store<f64>(to + column, (step & 1) === 0 ? amount : load<f64>(to + column) + amount);
    }
  }
  shift++;
  last >>= 1;
}
