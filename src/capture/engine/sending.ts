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
import { tally } from './tally.ts';
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

function advance(next: i32): void {
  const isn = get(cursor.sender, endpointWord.isn);
  const before = get(cursor.sender, endpointWord.next);
  set(cursor.sender, endpointWord.next, next);
  // Past the point where the distance from the first byte starts again at 0.
  if (<u32>(next - isn) < <u32>(before - isn)) add(cursor.sender, endpointWord.traits, 1 << 24);
}

/** Bytes that are passed over may come later (reordered, or lost on the way here and sent again), or were not captured. */
function missBytes(count: i32): void {
  const from = get(cursor.sender, endpointWord.next);
  const own = needSenderTrouble();
  let place = own + HOLES;
  // The oldest makes room where all are in use.
  for (let hole = own + HOLES; hole < own + HOLES_END; hole += HOLE_BYTES) {
    if (get(hole, 0) === get(hole, 1)) {
      place = hole;
      break;
    }
    if (get(hole, 2) - get(place, 2) < 0) place = hole;
  }
  setHole(place, from, from + count);
  set(place, 2, cursor.nowUs32);
  tally(tallyWord.missedByCapture);
}

const HOLES: usize = (<usize>troubleWord.holes) << 2;
const HOLE_BYTES: usize = (<usize>troubleWord.holeWords) << 2;
const HOLES_END: usize = HOLES + <usize>troubleWord.mostHoles * HOLE_BYTES;

function setHole(hole: usize, from: i32, to: i32): void {
  set(hole, 0, from);
  set(hole, 1, to);
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

/** Reordering is a matter of microseconds to a few milliseconds; a repair takes a round trip, of which a busy handshake tells too much. */
const REORDERED_WITHIN_US: i32 = 3000;

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

/**
 * An ACK makes it fast: duplicates (RFC 5681, 3.2; with SACK one may be enough, RFC 8985), or any that comes while losses are repaired. What
 * was passed over and comes a round trip later was asked for too. Where nothing was heard for longer than that, a timer has run out.
 */
function howResent(own: usize): i32 {
  const promptUs = longestPromptUs();
  if (missingForUs >= 0 && missingForUs < promptUs) return FAST;
  if (cursor.nowMs - get(cursor.receiver, endpointWord.lastMs) > promptUs / 1000) return TIMEOUT;
  if (isRecovering(own)) return get(own, troubleWord.recoverKind);
  const duplicates = (get(cursor.receiver, endpointWord.run) >>> 16) & 0xff;
  return duplicates > 0 ? FAST : TIMEOUT;
}

/** From an ACK to what it makes its receiver send: a round trip at most, a quarter for reordering (RFC 8985, 6.2), and the hosts' time. */
function longestPromptUs(): i32 {
  const roundTripUs = get(cursor.connection, connectionWord.handshakeRttUs);
  const mostUs = (LEAST_RTO_MS - 20) * 1000;
  return roundTripUs === 0 ? mostUs : min(mostUs, roundTripUs + (roundTripUs >> 2) + 5000);
}

/** Until what was out at the first loss is through, all repairs are of its kind ("recover" of RFC 6582). */
function isRecovering(own: usize): bool {
  return get(own, troubleWord.recoverKind) !== 0 && segment.sequence - get(own, troubleWord.recoverUntil) < 0;
}

/** For how long the bytes of the present segment were missing; -1: they were not. */
let missingForUs: i32 = -1;

/** Whether the bytes were missing and come so soon after what was sent behind them that they were merely overtaken. */
function fillsHole(sequence: i32, segmentEnd: i32): bool {
  missingForUs = -1;
  const own = senderTrouble();
  if (own === 0) return false;
  for (let hole = own + HOLES; hole < own + HOLES_END; hole += HOLE_BYTES) {
    const from = get(hole, 0);
    const to = get(hole, 1);
    if (from === to || sequence - from < 0 || segmentEnd - to > 0) continue;
    if (sequence === from) set(hole, 0, segmentEnd);
    else if (segmentEnd === to) set(hole, 1, sequence);
    const roundTripUs = get(cursor.connection, connectionWord.handshakeRttUs);
    const withinUs = roundTripUs === 0 ? REORDERED_WITHIN_US : roundTripUs >> 1;
    missingForUs = (cursor.nowUs32 - get(hole, 2)) & 0x7fff_ffff;
    return missingForUs < withinUs;
  }
  return false;
}
