/** What an endpoint sends into the sequence space: new bytes, the same bytes again, and probes just outside of it. */
import * as connectionWord from '../layout/connection-words.ts';
import * as endpointWord from '../layout/endpoint-words.ts';
import * as flagBit from '../layout/flag-bits.ts';
import * as segmentKind from '../layout/segment-kinds.ts';
import * as stateBit from '../layout/state-bits.ts';
import * as tallyWord from '../layout/tally-words.ts';
import * as troubleWord from '../layout/trouble-words.ts';
import * as cursor from './cursor.ts';
import { add, get, set } from './memory.ts';
import * as segment from './segment.ts';
import { tally, tallyMore } from './tally.ts';
import { countTrouble, countUnanswered, needSenderTrouble, senderTrouble } from './trouble.ts';

/** A segment with payload or FIN. */
export function followData(): void {
  const payloadBytes = segment.payloadBytes;
  const fin = segment.flags & flagBit.fin;
  if (payloadBytes > 0) {
    add(cursor.sender, endpointWord.dataSegments, 1);
    tally(tallyWord.dataSegments);
  }
  const sequence = segment.sequence;
  const segmentEnd = sequence + payloadBytes + fin;
  if (!cursor.senderHas(stateBit.known)) knowFrom(sequence);
  const ahead = sequence - get(cursor.sender, endpointWord.next);
  if (ahead === 0) {
    // One byte into a shut window is a probe, and counts as sent when it is acknowledged.
    if (payloadBytes === 1 && fin === 0 && isWindowShut()) probeWindow();
    else sendNew(segmentEnd);
  } else if (ahead > 0) {
    missBytes(ahead);
    sendNew(segmentEnd);
  } else if (ahead === -1 && payloadBytes <= 1 && fin === 0 && isAcknowledged(segmentEnd)) probe();
  else sendAgain(segmentEnd, fin !== 0 && payloadBytes === 0);
}

/**
 * A segment without payload, SYN, FIN or RST that repeats the number before the next: a keepalive probe (RFC 9293, 3.8.4), or a window
 * probe in the form Linux gives it (tcp_xmit_probe_skb), whose number is that before the first unacknowledged byte.
 */
export function followEmpty(): void {
  const sequence = segment.sequence;
  if (!cursor.senderHas(stateBit.known)) {
    knowFrom(sequence);
    return;
  }
  const ahead = sequence - get(cursor.sender, endpointWord.next);
  if (ahead === 0) return;
  if (ahead === -1) {
    // Behind an unacknowledged FIN it is a segment which that has overtaken.
    if (!cursor.senderHas(stateBit.fin) || cursor.senderHas(stateBit.finAcked)) probe();
  } else if (ahead > 0) {
    // An acknowledgement stands behind everything its sender has sent, so the capture lacks some of it.
    missBytes(ahead);
    advance(sequence);
  } else if (isWindowShut() && sequence === get(cursor.receiver, endpointWord.acked) - 1) probeWindow();
}

/** The first number seen of an endpoint whose SYN was not captured. */
function knowFrom(sequence: i32): void {
  cursor.setSender(stateBit.known);
  set(cursor.sender, endpointWord.isn, sequence - 1);
  set(cursor.sender, endpointWord.next, sequence);
}

function sendNew(segmentEnd: i32): void {
  advance(segmentEnd);
  if (get(cursor.sender, endpointWord.timedAtUs) === 0) {
    set(cursor.sender, endpointWord.timedNext, segmentEnd);
    set(cursor.sender, endpointWord.timedAtUs, cursor.nowUs32 | 1);
  }
  if (segment.payloadBytes > 0 && cursor.receiverHas(stateBit.fin)) cursor.setSender(stateBit.sentAfterFin);
}

/** Bytes are counted by sequence number, each once, whether the capture has them or not. */
function advance(next: i32): void {
  const isn = get(cursor.sender, endpointWord.isn);
  const before = get(cursor.sender, endpointWord.next);
  tallyMore(tallyWord.payloadBytes, next - before - (segment.flags & flagBit.fin));
  set(cursor.sender, endpointWord.next, next);
  // Past the point where the distance from the first byte starts again at 0.
  if (<u32>(next - isn) < <u32>(before - isn)) add(cursor.sender, endpointWord.traits, 1 << 24);
}

/** Bytes that are passed over may come later (reordered, or lost on the way here and sent again), or were not captured. */
function missBytes(count: i32): void {
  const from = get(cursor.sender, endpointWord.next);
  const own = needSenderTrouble();
  if (get(own, troubleWord.holeFrom) === get(own, troubleWord.holeTo)) set(own, troubleWord.holeFrom, from);
  set(own, troubleWord.holeTo, from + count);
  set(own, troubleWord.holeAtMs, cursor.nowMs);
  tally(tallyWord.missedByCapture);
}

function probe(): void {
  if (isWindowShut()) {
    probeWindow();
    return;
  }
  cursor.setKind(segmentKind.keepaliveProbe);
  tally(tallyWord.keepaliveProbes);
  countTrouble(troubleWord.keepalives);
  countUnanswered(true, false);
}

function probeWindow(): void {
  cursor.setKind(segmentKind.zeroWindowProbe);
  tally(tallyWord.zeroWindowProbes);
  countTrouble(troubleWord.windowProbes);
  countUnanswered(true, false);
}

/** The receiver's last window was 0. */
function isWindowShut(): bool {
  return cursor.receiverHas(stateBit.hasAcked) && (get(cursor.receiver, endpointWord.window) & 0xffff) === 0;
}

/** Whether the receiver has acknowledged everything up to there. */
function isAcknowledged(upTo: i32): bool {
  return cursor.receiverHas(stateBit.hasAcked) && get(cursor.receiver, endpointWord.acked) - upTo >= 0;
}

/** Reordering is a matter of microseconds to a few milliseconds; a repair takes a round trip. */
const REORDERED_WITHIN_MS: i32 = 3;

/** Bytes below the highest sent: out of order, or a retransmission of one kind or another (RFC 5681, RFC 6298). */
function sendAgain(segmentEnd: i32, isOnlyFin: bool): void {
  if (segmentEnd - get(cursor.sender, endpointWord.next) > 0) advance(segmentEnd);
  if (fillsHole(segment.sequence, segmentEnd)) {
    cursor.setKind(segmentKind.outOfOrder);
    tally(tallyWord.outOfOrder);
    countTrouble(troubleWord.outOfOrder);
    return;
  }
  // What is sent twice is not timed (Karn; RFC 6298, 3).
  set(cursor.sender, endpointWord.timedAtUs, 0);
  if (isAcknowledged(segmentEnd)) {
    cursor.setKind(segmentKind.spurious);
    tally(tallyWord.spuriousRetransmissions);
    countTrouble(troubleWord.spurious);
    return;
  }
  resend(isOnlyFin);
}

const TIMEOUT: i32 = 1;
const FAST: i32 = 2;
/** TCP_RTO_MIN. */
const LEAST_RTO_MS: i32 = 200;

function resend(isOnlyFin: bool): void {
  const own = needSenderTrouble();
  const how = howResent(own);
  if (get(own, troubleWord.recoverKind) === 0 || how === TIMEOUT || !isRecovering(own)) {
    set(own, troubleWord.recoverUntil, get(cursor.sender, endpointWord.next));
  }
  set(own, troubleWord.recoverKind, how);
  if (how === FAST) {
    cursor.setKind(segmentKind.fast);
    tally(tallyWord.fastRetransmissions);
    countTrouble(troubleWord.fast);
  } else {
    cursor.setKind(segmentKind.timeout);
    tally(tallyWord.timeoutRetransmissions);
    countTrouble(troubleWord.timeouts);
  }
  countUnanswered(false, isOnlyFin);
}

/** Duplicate ACKs make it fast (RFC 5681, 3.2; with SACK one may be enough, RFC 8985); else a timer has run out. */
function howResent(own: usize): i32 {
  const duplicates = (get(cursor.receiver, endpointWord.run) >>> 16) & 0xff;
  const isSoon = cursor.nowMs - get(cursor.sender, endpointWord.lastMs) < LEAST_RTO_MS;
  const recovering = isRecovering(own);
  if (duplicates > 0 && (isSoon || !recovering)) return duplicates > 1 || isSoon ? FAST : TIMEOUT;
  return recovering && isSoon ? get(own, troubleWord.recoverKind) : TIMEOUT;
}

/** Until what was out at the first loss is through, all repairs are of its kind ("recover" of RFC 6582). */
function isRecovering(own: usize): bool {
  return get(own, troubleWord.recoverKind) !== 0 && segment.sequence - get(own, troubleWord.recoverUntil) < 0;
}

/** Whether the bytes were missing and come so soon after what was sent behind them that they were merely overtaken. */
function fillsHole(sequence: i32, segmentEnd: i32): bool {
  const own = senderTrouble();
  if (own === 0) return false;
  const from = get(own, troubleWord.holeFrom);
  const to = get(own, troubleWord.holeTo);
  if (from === to || sequence - from < 0 || segmentEnd - to > 0) return false;
  if (sequence === from) set(own, troubleWord.holeFrom, segmentEnd);
  else if (segmentEnd === to) set(own, troubleWord.holeTo, sequence);
  const roundTripUs = get(cursor.connection, connectionWord.handshakeRttUs);
  const withinMs = roundTripUs === 0 ? REORDERED_WITHIN_MS : max(1, roundTripUs / 1000);
  return cursor.nowMs - get(own, troubleWord.holeAtMs) < withinMs;
}
