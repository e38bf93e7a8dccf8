/** SYN, SYN-ACK, and the client's acknowledgement of it (RFC 9293, 3.5). */
import * as connectionWord from '../layout/connection-words.ts';
import * as endpointWord from '../layout/endpoint-words.ts';
import * as flagBit from '../layout/flag-bits.ts';
import * as offer from '../layout/offer-bits.ts';
import * as segmentKind from '../layout/segment-kinds.ts';
import * as stateBit from '../layout/state-bits.ts';
import * as tallyWord from '../layout/tally-words.ts';
import * as troubleWord from '../layout/trouble-words.ts';
import * as cursor from './cursor.ts';
import { add, get, set } from './memory.ts';
import { readU8, readU16 } from './network-order.ts';
import * as segment from './segment.ts';
import { tally } from './tally.ts';
import { heardFromSender, keepRepeat, needTrouble } from './trouble.ts';

const MOST_SENDS: i32 = 0xffff;
const SYN_ACK_SENDS_SHIFT: i32 = 16;

/**
 * Whether a segment with SYN opens another connection than the latest between its endpoints: one with another initial sequence number
 * does, unless it is the other half of a simultaneous open (RFC 9293, figure 7).
 */
export function beginsAnew(): bool {
  const state = cursor.state();
  const bothFins = stateBit.fin | (stateBit.fin << 1);
  const isOver = (state & (stateBit.reset | (stateBit.reset << 1))) !== 0 || (state & bothFins) === bothFins;
  const isKnown = cursor.senderHas(stateBit.known);
  const isOther = segment.sequence !== get(cursor.sender, endpointWord.isn);
  if ((segment.flags & flagBit.ack) !== 0) {
    const answersLatest = segment.acknowledgement === get(cursor.receiver, endpointWord.isn) + 1;
    return isOver && isKnown && isOther && !answersLatest;
  }
  return isKnown ? isOther : isOver;
}

export function followSyn(): void {
  tally(tallyWord.syn);
  countPayload();
  const sends = get(cursor.connection, connectionWord.sends);
  const synSends = sends & MOST_SENDS;
  // The client's number may be known from a SYN-ACK that was captured before its SYN.
  if (!cursor.senderHas(stateBit.known) || synSends === 0) {
    begin();
    set(cursor.sender, endpointWord.openedUs, cursor.sinceStartUs());
    if (synSends > 0) cursor.setState(stateBit.simultaneousOpen);
    else set(cursor.connection, connectionWord.sends, sends + 1);
    return;
  }
  tally(tallyWord.synRetransmissions);
  cursor.setKind(segmentKind.synRetransmission);
  if (synSends < MOST_SENDS) set(cursor.connection, connectionWord.sends, sends + 1);
  if (get(cursor.connection, connectionWord.answerPacket) === 0) {
    set(cursor.sender, endpointWord.openedUs, cursor.sinceStartUs());
  }
  keepRepeat(troubleWord.synUs, synSends + 1);
}

export function followSynAck(): void {
  tally(tallyWord.synAck);
  countPayload();
  // Of a simultaneous open both sides send one; only the server's is counted.
  if (cursor.clientIsSender()) begin();
  else if (get(cursor.connection, connectionWord.sends) >>> SYN_ACK_SENDS_SHIFT === 0) answerFirst();
  else answerAgain();
  expectAcknowledged();
}

function answerFirst(): void {
  begin();
  add(cursor.connection, connectionWord.sends, 1 << SYN_ACK_SENDS_SHIFT);
  set(cursor.sender, endpointWord.openedUs, cursor.sinceStartUs());
  if (get(cursor.connection, connectionWord.answerPacket) === 0) {
    set(cursor.connection, connectionWord.answerPacket, cursor.packet);
  }
  if (losesOptions()) cursor.setState(stateBit.cookieLike);
}

function answerAgain(): void {
  tally(tallyWord.synAckRetransmissions);
  cursor.setKind(segmentKind.synAckRetransmission);
  const sends = get(cursor.connection, connectionWord.sends) >>> SYN_ACK_SENDS_SHIFT;
  if (sends < MOST_SENDS) add(cursor.connection, connectionWord.sends, 1 << SYN_ACK_SENDS_SHIFT);
  keepRepeat(troubleWord.synAckUs, sends + 1);
  // A new request, or a cookie, has another number; the client that never got the first will use the last.
  if (segment.sequence !== get(cursor.sender, endpointWord.isn)) begin();
  if ((cursor.state() & stateBit.established) !== 0) countStall();
}

/** The client's first segment that acknowledges the SYN-ACK. */
export function followEstablishing(): void {
  const synAckSends = get(cursor.connection, connectionWord.sends) >>> SYN_ACK_SENDS_SHIFT;
  if (synAckSends === 0 || !cursor.clientIsSender()) return;
  if (segment.acknowledgement - get(cursor.receiver, endpointWord.isn) < 1) return;
  cursor.setState(stateBit.established);
  heardFromSender();
  // With several SYN-ACKs it is not known which one was answered (Karn).
  if (synAckSends > 1 || (cursor.state() & stateBit.beginsWithSynAck) !== 0) return;
  const roundTripUs = cursor.sinceStartUs() - get(cursor.sender, endpointWord.openedUs);
  set(cursor.connection, connectionWord.handshakeRttUs, max(1, roundTripUs));
}

/** An endpoint's first SYN or SYN-ACK. Data may come with it (TCP Fast Open, RFC 7413). */
function begin(): void {
  cursor.setSender(stateBit.known);
  set(cursor.sender, endpointWord.isn, segment.sequence);
  set(cursor.sender, endpointWord.next, segment.sequence + 1 + segment.payloadBytes);
  readOffer();
}

function countPayload(): void {
  if (segment.payloadBytes === 0) return;
  add(cursor.sender, endpointWord.dataSegments, 1);
  tally(tallyWord.dataSegments);
}

/** A SYN-ACK tells the client's sequence number too, where its SYN was not captured. */
function expectAcknowledged(): void {
  cursor.setSender(stateBit.hasAcked);
  set(cursor.sender, endpointWord.acked, segment.acknowledgement);
  if (cursor.receiverHas(stateBit.known)) return;
  cursor.setReceiver(stateBit.known);
  set(cursor.receiver, endpointWord.isn, segment.acknowledgement - 1);
  set(cursor.receiver, endpointWord.next, segment.acknowledgement);
}

/**
 * SYN-ACK again after the client's ACK: the server has dropped that ACK, as a full accept queue makes it do. One that crossed the ACK on
 * its way does not count.
 */
function countStall(): void {
  const handshakeUs = get(cursor.connection, connectionWord.handshakeRttUs);
  const sinceAnswerUs = <u32>(cursor.sinceStartUs() - get(cursor.sender, endpointWord.openedUs));
  if (sinceAnswerUs < 2 * <u32>handshakeUs) return;
  const record = needTrouble();
  if (get(record, troubleWord.stalls) === 0) set(record, troubleWord.stallPacket, cursor.packet);
  const hasSent = get(cursor.receiver, endpointWord.next) !== get(cursor.receiver, endpointWord.isn) + 1;
  add(record, troubleWord.stalls, hasSent ? 0x1_0001 : 1);
}

const END_OF_OPTIONS: i32 = 0;
const NO_OPERATION: i32 = 1;
const MSS: i32 = 2;
const WINDOW_SCALE: i32 = 3;
const SACK_PERMITTED: i32 = 4;
const TIMESTAMPS: i32 = 8;
/** RFC 7323, 2.3. */
const LARGEST_SCALE: i32 = 14;

/** RFC 9293, 3.1; RFC 7323; RFC 2018. Stops at an option that is cut off or has an impossible length. */
function readOffer(): void {
  let bits: i32 = offer.any;
  let scale: i32 = offer.noScale;
  let mss: i32 = 0;
  let at = segment.optionsAt;
  const end = segment.optionsEnd;
  while (at < end) {
    const option = readU8(at);
    if (option === END_OF_OPTIONS) break;
    if (option === NO_OPERATION) {
      at++;
      continue;
    }
    const length = at + 1 < end ? readU8(at + 1) : 0;
    if (length < 2 || at + length > end) break;
    if (option === MSS && length === 4) {
      mss = readU16(at + 2);
      bits |= offer.mss;
    } else if (option === WINDOW_SCALE && length === 3) scale = min(LARGEST_SCALE, readU8(at + 2));
    else if (option === SACK_PERMITTED && length === 2) bits |= offer.sack;
    else if (option === TIMESTAMPS && length === 10) bits |= offer.timestamps;
    at += length;
  }
  set(cursor.sender, endpointWord.window, segment.window | (scale << 16) | (bits << 24));
  set(cursor.sender, endpointWord.traits, (get(cursor.sender, endpointWord.traits) & ~0xffff) | mss);
}

/** A SYN cookie has no room for window scale and SACK unless timestamps carry them (cookie_v4_init_sequence, tcp_synack_options). */
function losesOptions(): bool {
  const asked = get(cursor.receiver, endpointWord.window);
  const given = get(cursor.sender, endpointWord.window);
  const scaleVanished =
    ((asked >>> 16) & 0xff) !== offer.noScale && ((given >>> 16) & 0xff) === offer.noScale;
  const sackVanished = ((asked >>> 24) & offer.sack) !== 0 && ((given >>> 24) & offer.sack) === 0;
  const knowsAsked = ((asked >>> 24) & offer.any) !== 0;
  return knowsAsked && scaleVanished && sackVanished;
}
