/** Trouble records of connections (layout/trouble-words.ts), made with a connection's first such event. */
import * as connectionWord from '../layout/connection-words.ts';
import * as troubleWord from '../layout/trouble-words.ts';
import * as cursor from './cursor.ts';
import { add, allocate, get, set } from './memory.ts';

const RECORD_BYTES: usize = (<usize>troubleWord.troubleWords) << 2;
const PER_ENDPOINT_BYTES: usize = (<usize>troubleWord.perEndpoint) << 2;

/** The connection's record; 0: it has none. */
export function trouble(): usize {
  return <usize>get(cursor.connection, connectionWord.trouble);
}

export function needTrouble(): usize {
  const known = trouble();
  if (known !== 0) return known;
  const record = allocate(RECORD_BYTES);
  set(cursor.connection, connectionWord.trouble, <i32>record);
  return record;
}

/** The words of the segment's sender. */
export function needSenderTrouble(): usize {
  const record = needTrouble();
  let own = <usize>get(record, troubleWord.own);
  if (own === 0) {
    own = allocate(2 * PER_ENDPOINT_BYTES);
    set(record, troubleWord.own, <i32>own);
  }
  return own + <usize>cursor.senderBit * PER_ENDPOINT_BYTES;
}

/** The same, or 0 when there are none. */
export function senderTrouble(): usize {
  return troubleOf(cursor.senderBit);
}

/** The words of the receiver, or 0. */
export function receiverTrouble(): usize {
  return troubleOf(1 - cursor.senderBit);
}

function troubleOf(endpointBit: i32): usize {
  const record = trouble();
  if (record === 0) return 0;
  const own = <usize>get(record, troubleWord.own);
  return own === 0 ? 0 : own + <usize>endpointBit * PER_ENDPOINT_BYTES;
}

export function countTrouble(which: i32): void {
  add(needSenderTrouble(), which, 1);
}

/** The sender repeats itself or probes, and has heard nothing since. */
export function countUnanswered(isProbe: bool, isFin: bool): void {
  const own = needSenderTrouble();
  if (get(own, troubleWord.unanswered) === 0) {
    set(own, troubleWord.unansweredFrom, cursor.packet);
    set(own, troubleWord.unansweredFromMs, cursor.nowMs);
  }
  add(own, troubleWord.unanswered, 1);
  set(own, troubleWord.unansweredTo, cursor.packet);
  if (isProbe) add(own, troubleWord.unansweredProbes, 1);
  if (isFin) add(own, troubleWord.unansweredFins, 1);
}

/** The sender shows that it is alive: nothing that the receiver has sent is unanswered any more. */
export function heardFromSender(): void {
  const own = receiverTrouble();
  if (own === 0) return;
  set(own, troubleWord.unanswered, 0);
  set(own, troubleWord.unansweredProbes, 0);
  set(own, troubleWord.unansweredFins, 0);
}

/** Probes of the receiver that nothing has answered yet. */
export function unansweredProbesOfReceiver(): i32 {
  const own = receiverTrouble();
  return own === 0 ? 0 : get(own, troubleWord.unansweredProbes);
}

/** Keeps when a SYN or SYN-ACK was repeated; `sends` counts it. */
export function keepRepeat(list: i32, sends: i32): void {
  const repeat = sends - 2;
  if (repeat >= 0 && repeat < troubleWord.keptRepeats)
    set(needTrouble(), list + repeat, cursor.sinceStartUs());
}

/** One of the two has repeated something or probed, and has not been answered. */
export function awaitsAnswer(): bool {
  if (senderTrouble() === 0) return false;
  return (
    get(senderTrouble(), troubleWord.unanswered) > 0 || get(receiverTrouble(), troubleWord.unanswered) > 0
  );
}
