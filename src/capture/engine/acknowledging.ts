/** What an endpoint says of the other's bytes: acknowledgements, duplicates of them, and its window. */
import * as endpointWord from '../layout/endpoint-words.ts';
import * as flagBit from '../layout/flag-bits.ts';
import * as segmentKind from '../layout/segment-kinds.ts';
import * as stateBit from '../layout/state-bits.ts';
import * as tallyWord from '../layout/tally-words.ts';
import * as troubleWord from '../layout/trouble-words.ts';
import * as cursor from './cursor.ts';
import { get, set } from './memory.ts';
import { readI32, readU8 } from './network-order.ts';
import { addRtt } from './rtt.ts';
import * as segment from './segment.ts';
import { tally } from './tally.ts';
import { countTrouble, heardFromSender, unansweredProbesOfReceiver } from './trouble.ts';

export function followAck(): void {
  const acknowledgement = segment.acknowledgement;
  if (!cursor.senderHas(stateBit.hasAcked)) acknowledgeFirst();
  const ahead = acknowledgement - get(cursor.sender, endpointWord.acked);
  if (ahead > 0) acknowledgeNew();
  else if (ahead === 0) {
    if (segment.payloadBytes === 0 && (segment.flags & flagBit.fin) === 0) repeatAck();
    else heardFromSender();
  }
  if (ahead >= 0 && cursor.kind !== segmentKind.duplicateAck && tellsOfLoss()) countDuplicate();
  const window = get(cursor.sender, endpointWord.window);
  set(cursor.sender, endpointWord.window, (window & ~0xffff) | segment.window);
  if (segment.window === 0) shutWindow();
}

/** The first acknowledgement of a connection that began before the capture, or of the client. */
function acknowledgeFirst(): void {
  cursor.setSender(stateBit.hasAcked);
  const acknowledgement = segment.acknowledgement;
  if (!cursor.receiverHas(stateBit.known)) {
    // An endpoint that is first heard of by what it is told: its bytes up to there are known to exist.
    cursor.setReceiver(stateBit.known);
    set(cursor.receiver, endpointWord.isn, acknowledgement - 1);
    set(cursor.receiver, endpointWord.next, acknowledgement);
    set(cursor.sender, endpointWord.acked, acknowledgement);
  } else set(cursor.sender, endpointWord.acked, get(cursor.receiver, endpointWord.isn));
}

const DUPLICATES: i32 = 0xff_0000;
const ONE_DUPLICATE: i32 = 0x1_0000;

function acknowledgeNew(): void {
  const acknowledgement = segment.acknowledgement;
  set(cursor.sender, endpointWord.acked, acknowledgement);
  set(cursor.sender, endpointWord.run, get(cursor.sender, endpointWord.run) & ~DUPLICATES);
  const beyond = acknowledgement - get(cursor.receiver, endpointWord.next);
  if (beyond > 0) {
    // A byte that was sent into a shut window was seen, but not counted as sent.
    if (beyond > 1 || unansweredProbesOfReceiver() === 0) tally(tallyWord.missedByCapture);
    set(cursor.receiver, endpointWord.next, acknowledgement);
  }
  if (beyond >= 0 && cursor.receiverHas(stateBit.fin)) cursor.setReceiver(stateBit.finAcked);
  if (acknowledgement - get(cursor.receiver, endpointWord.isn) > 1) cursor.setReceiver(stateBit.dataAcked);
  heardFromSender();
  const timedAtUs = get(cursor.receiver, endpointWord.timedAtUs);
  if (timedAtUs === 0 || acknowledgement - get(cursor.receiver, endpointWord.timedNext) < 0) return;
  set(cursor.receiver, endpointWord.timedAtUs, 0);
  set(
    cursor.receiver,
    endpointWord.rtt,
    addRtt(get(cursor.receiver, endpointWord.rtt), cursor.nowUs32 - timedAtUs),
  );
}

/**
 * A pure acknowledgement of what was acknowledged before. Where bytes are outstanding and the window is as it was it is a duplicate
 * (RFC 5681, 2); right after a probe it is the answer to that.
 */
function repeatAck(): void {
  if (cursor.kind !== segmentKind.ordinary) return;
  const isProbed = unansweredProbesOfReceiver() > 0;
  heardFromSender();
  if (isProbed) {
    cursor.setKind(segment.window === 0 ? segmentKind.zeroWindowAnswer : segmentKind.keepaliveAnswer);
    return;
  }
  const isOutstanding = get(cursor.receiver, endpointWord.next) !== segment.acknowledgement;
  const windowBefore = get(cursor.sender, endpointWord.window) & 0xffff;
  if (!isOutstanding || segment.window === 0 || segment.window !== windowBefore) return;
  countDuplicate();
  cursor.setKind(segmentKind.duplicateAck);
  tally(tallyWord.duplicateAcks);
  countTrouble(troubleWord.duplicateAcks);
}

function countDuplicate(): void {
  const run = get(cursor.sender, endpointWord.run);
  if ((run & DUPLICATES) !== DUPLICATES) set(cursor.sender, endpointWord.run, run + ONE_DUPLICATE);
}

const NO_OPERATION: i32 = 1;
const SACK: i32 = 5;
const TIMESTAMPS: i32 = 8;
/** Two NOP and a timestamp, as nearly every segment has. */
const USUAL_OPTION_BYTES: usize = 12;

/** SACK blocks above what is acknowledged (RFC 2018): as good as a duplicate ACK, whatever else the segment says (RFC 6675, section 2). */
function tellsOfLoss(): bool {
  let at = segment.optionsAt;
  const end = segment.optionsEnd;
  if (at === end || (end - at === USUAL_OPTION_BYTES && readU8(at + 2) === TIMESTAMPS)) return false;
  while (at + 1 < end) {
    const option = readU8(at);
    if (option === NO_OPERATION) {
      at++;
      continue;
    }
    const length = readU8(at + 1);
    if (length < 2 || at + length > end) return false;
    if (option === SACK) {
      // The first block may be of what came twice (RFC 2883), and lies below then.
      const isAbove = length >= 10 && readI32(at + 6) - segment.acknowledgement > 0;
      return isAbove || length >= 18;
    }
    at += length;
  }
  return false;
}

function shutWindow(): void {
  tally(tallyWord.zeroWindows);
  countTrouble(troubleWord.zeroWindows);
  if (cursor.kind === segmentKind.ordinary) cursor.setKind(segmentKind.zeroWindow);
}
