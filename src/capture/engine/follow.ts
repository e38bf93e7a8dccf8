/** Brings the record of the present segment's connection up to date, a new one where it opens one. */
import * as connectionWord from '../layout/connection-words.ts';
import * as endpointWord from '../layout/endpoint-words.ts';
import * as flagBit from '../layout/flag-bits.ts';
import * as segmentKind from '../layout/segment-kinds.ts';
import * as stateBit from '../layout/state-bits.ts';
import * as tallyWord from '../layout/tally-words.ts';
import { followAck } from './acknowledging.ts';
import { followFin, followReset } from './closing.ts';
import { addConnection } from './connections.ts';
import * as cursor from './cursor.ts';
import * as flows from './flows.ts';
import { add, get, set, setFloat } from './memory.ts';
import { beginsAnew, followEstablishing, followSyn, followSynAck } from './opening.ts';
import * as segment from './segment.ts';
import { followData, followEmpty } from './sending.ts';
import { tally } from './tally.ts';
import { awaitsAnswer } from './trouble.ts';

export function followSegment(): void {
  const isSyn = (segment.flags & (flagBit.syn | flagBit.rst)) === flagBit.syn;
  const found = flows.findFlow();
  let isNew = found === 0;
  if (!isNew) {
    cursor.pointAt(found, flows.sourceIsB);
    isNew = isSyn && beginsAnew();
  }
  if (isNew) open(found);
  keepTime();
  if (isCopy()) {
    cursor.setKind(segmentKind.copy);
    tally(tallyWord.copies);
    return;
  }
  add(cursor.sender, endpointWord.packets, 1);
  if ((segment.flags & flagBit.psh) !== 0) {
    add(cursor.sender, endpointWord.push, 1);
    tally(tallyWord.push);
  }
  followFlags(isSyn);
  keepTraits();
}

function followFlags(isSyn: bool): void {
  const flags = segment.flags;
  if (isSyn) {
    if ((flags & flagBit.ack) !== 0) followSynAck();
    else followSyn();
    return;
  }
  const isAck = (flags & flagBit.ack) !== 0;
  // Also by a reset: who acknowledges with it knew of the connection, as a check that only looks whether somebody answers.
  if (isAck && (cursor.state() & stateBit.established) === 0) followEstablishing();
  if ((flags & flagBit.rst) !== 0) {
    followReset();
    return;
  }
  if (segment.payloadBytes > 0 || (flags & flagBit.fin) !== 0) followData();
  else followEmpty();
  if ((flags & flagBit.fin) !== 0) followFin();
  if (isAck) followAck();
}

function open(replaced: usize): void {
  const record = addConnection();
  if (replaced !== 0) {
    set(replaced, connectionWord.state, get(replaced, connectionWord.state) | stateBit.superseded);
  }
  tally(tallyWord.connections);
  set(record, connectionWord.addressA, flows.addressA);
  set(record, connectionWord.addressB, flows.addressB);
  set(record, connectionWord.ports, flows.ports);
  set(record, connectionWord.state, segment.isIpv6 | beginning());
  flows.putFlow(record, replaced);
  set(record, connectionWord.firstPacket, cursor.packet);
  setFloat(record, connectionWord.startUs, cursor.nowUs);
  cursor.pointAt(record, flows.sourceIsB);
  // Neither endpoint has been heard of before now.
  set(cursor.sender, endpointWord.lastMs, cursor.nowMs);
  set(cursor.receiver, endpointWord.lastMs, cursor.nowMs);
}

/** Where no SYN tells, the client is taken to be the one with the higher port, until a known listener says otherwise. */
function beginning(): i32 {
  if ((segment.flags & (flagBit.syn | flagBit.rst)) !== flagBit.syn) {
    tally(tallyWord.middles);
    const sourceIsClient = segment.sourcePort > segment.destinationPort;
    return stateBit.beginsInMiddle | (sourceIsClient === flows.sourceIsB ? stateBit.clientIsB : 0);
  }
  const isAnswer = (segment.flags & flagBit.ack) !== 0;
  return (isAnswer ? stateBit.beginsWithSynAck : 0) | (flows.sourceIsB !== isAnswer ? stateBit.clientIsB : 0);
}

/** When the connection was last heard of; a silence longer than any before it is noted. */
function keepTime(): void {
  const connection = cursor.connection;
  const lastOfSender = get(cursor.sender, endpointWord.lastMs);
  const lastOfReceiver = get(cursor.receiver, endpointWord.lastMs);
  const lastMs = lastOfSender - lastOfReceiver > 0 ? lastOfSender : lastOfReceiver;
  const gapMs = cursor.nowMs - lastMs;
  if (gapMs > get(connection, connectionWord.idleMs) && isInUse()) {
    set(connection, connectionWord.idleMs, gapMs);
    set(connection, connectionWord.idleAtMs, lastMs);
  }
  setFloat(connection, connectionWord.lastUs, cursor.nowUs);
  set(connection, connectionWord.lastPacket, cursor.packet);
}

/** Neither waiting for an answer to its SYN, nor for one to what it repeats: that is no idleness. */
function isInUse(): bool {
  const inUse = stateBit.established | stateBit.beginsInMiddle;
  return (cursor.state() & inUse) !== 0 && !awaitsAnswer();
}

/** A copy follows its original at once. */
const COPY_WITHIN_MS: i32 = 1;

/**
 * A capture on several interfaces shows a packet once for each that it crosses. Nothing in the copy is new, and its IP ID is the same,
 * which it never is of two packets of one connection that follow each other. Where the sender leaves it 0 (and in IPv6) only the bytes
 * tell: no TCP repeats the last ones within a millisecond and without having heard anything.
 */
function isCopy(): bool {
  const hasId = segment.ipId !== 0;
  if (hasId && segment.ipId !== (get(cursor.sender, endpointWord.run) & 0xffff)) return false;
  if (cursor.nowMs - get(cursor.sender, endpointWord.lastMs) > COPY_WITHIN_MS) return false;
  if (get(cursor.sender, endpointWord.packets) === 0) return false;
  const isKnown = cursor.senderHas(stateBit.known);
  const length = segment.lengthOf();
  const ahead = segment.sequence + length - get(cursor.sender, endpointWord.next);
  if (!hasId) {
    const lastFromB = (cursor.state() & stateBit.lastFromB) !== 0;
    return (
      isKnown &&
      ahead === 0 &&
      length > 0 &&
      lastFromB === (cursor.senderBit === 1) &&
      cursor.senderHas(stateBit.endedAtNext)
    );
  }
  const acknowledges =
    cursor.senderHas(stateBit.hasAcked) &&
    segment.acknowledgement - get(cursor.sender, endpointWord.acked) > 0;
  return (!isKnown || ahead <= 0) && !acknowledges;
}

const SMALL_STEP: i32 = 1024;

/** What the next packet is compared with: who sent last and when, the hop limit of its first packet, how its IP ID goes on. */
function keepTraits(): void {
  const sender = cursor.sender;
  set(sender, endpointWord.lastMs, cursor.nowMs);
  const length = segment.lengthOf();
  const endedAtNext = length > 0 && segment.sequence + length === get(sender, endpointWord.next);
  const bit = stateBit.endedAtNext << cursor.senderBit;
  const state = (cursor.state() & ~stateBit.lastFromB & ~bit) | (endedAtNext ? bit : 0);
  set(cursor.connection, connectionWord.state, cursor.senderBit === 1 ? state | stateBit.lastFromB : state);
  if (get(sender, endpointWord.packets) === 1) {
    set(sender, endpointWord.traits, (get(sender, endpointWord.traits) & ~0xff_0000) | (segment.ttl << 16));
  }
  if (segment.ipId === 0) return;
  const run = get(sender, endpointWord.run);
  const step = (segment.ipId - run) & 0xffff;
  const steps = step > 0 && step < SMALL_STEP ? min(15, ((run >>> 24) & 0xf) + 1) : 0;
  set(sender, endpointWord.run, (run & 0xff_0000) | segment.ipId | (steps << 24));
}

/**
 * An ICMP error that quotes a segment. It ends a connection attempt when it quotes the SYN that nothing has answered yet (RFC 1122,
 * 4.2.3.9). Says whether the connection is known.
 */
export function followUnreachable(): bool {
  const record = flows.findFlow();
  if (record === 0) return false;
  cursor.pointAt(record, flows.sourceIsB);
  cursor.setKind(segmentKind.unreachable);
  if (segment.sequence !== get(cursor.sender, endpointWord.isn)) return true;
  if (get(record, connectionWord.answerPacket) !== 0) return true;
  cursor.setState(stateBit.unreachable);
  set(record, connectionWord.answerPacket, cursor.packet);
  set(cursor.sender, endpointWord.endMs, cursor.nowMs);
  return true;
}
