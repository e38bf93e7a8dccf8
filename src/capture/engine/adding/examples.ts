/** The most telling connections of each judgement: those that show best what their verdict means. */
import * as connectionWord from '../../layout/connection-words.ts';
import * as endpointWord from '../../layout/endpoint-words.ts';
import * as judgementBit from '../../layout/judgement-bits.ts';
import * as troubleWord from '../../layout/trouble-words.ts';
import * as verdictNumber from '../../layout/verdict-numbers.ts';
import * as view from '../judging/view.ts';
import { allocate } from '../memory.ts';
import { judgementOf, means } from './meaning.ts';

const MOST: i32 = 8;
/** Of each judgement, pairs of 64-bit floats: score and number of the connection, best first; before them how many there are. */
const LIST_BYTES: usize = 8 + <usize>MOST * 16;
const lists: usize = allocate(<usize>judgementBit.judgements * LIST_BYTES);

/** Bytes of a judgement's list. */
export function exampleListBytes(): i32 {
  return <i32>LIST_BYTES;
}

let most: i32 = 0;

/** At most so many of each, and never more than 8. Of equals the first. */
export function startExamples(atMost: i32): void {
  most = min(atMost, MOST);
  memory.fill(lists, 0, <usize>judgementBit.judgements * LIST_BYTES);
}

export function examplesAt(): usize {
  return lists;
}

/** The connection in view, which has this number; to be called for all of them in their order. */
export function considerExample(index: i32): void {
  const verdict = view.verdict();
  const list = lists + <usize>judgementOf(verdict) * LIST_BYTES;
  const length = <i32>load<f64>(list);
  // Where nothing is amiss the first ones do.
  if (length < most || !means(verdict, judgementBit.calm)) insert(list, length, scoreOf(verdict), index);
}

function insert(list: usize, length: i32, score: f64, index: i32): void {
  let place = length;
  while (place > 0 && score > load<f64>(entry(list, place - 1))) place--;
  if (place === most) return;
  const longer = min(length + 1, most);
  memory.copy(entry(list, place + 1), entry(list, place), <usize>(longer - place - 1) * 16);
  store<f64>(entry(list, place), score);
  store<f64>(entry(list, place) + 8, <f64>index);
  store<f64>(list, <f64>longer);
}

function entry(list: usize, place: i32): usize {
  return list + 8 + <usize>place * 16;
}

const ABOVE_ALL_SENDS: f64 = 1000;
const PACKETS_ENOUGH: f64 = 1000;

function scoreOf(verdict: i32): f64 {
  switch (verdict) {
    case verdictNumber.synTimeout:
      return <f64>view.synSends();
    case verdictNumber.slowOpen:
    case verdictNumber.slowOpenSynAck:
      return <f64>(<u32>view.wordOf(view.server, endpointWord.openedUs));
    case verdictNumber.halfOpen:
      return <f64>view.synAckSends();
    case verdictNumber.stallData:
    case verdictNumber.stallSynAck:
      return ABOVE_ALL_SENDS + <f64>view.synAckSends();
    case verdictNumber.stallSilent:
    case verdictNumber.retransmissionDeath:
    case verdictNumber.keepaliveDeath:
      return <f64>view.troubleOf(0, troubleWord.unanswered) + <f64>view.troubleOf(1, troubleWord.unanswered);
    case verdictNumber.idleCutReset:
    case verdictNumber.idleCutSilence:
    case verdictNumber.forgotten:
      return <f64>view.word(connectionWord.idleMs);
    default:
      if (means(verdict, judgementBit.calm)) return -(<f64>(<u32>view.word(connectionWord.firstPacket)));
      return min(PACKETS_ENOUGH, <f64>view.packetsOf(0) + <f64>view.packetsOf(1));
  }
}
