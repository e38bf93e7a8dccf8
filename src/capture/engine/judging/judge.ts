/** What became of the connection in view, as far as the capture shows. The worst counts. */
import * as stateBit from '../../layout/state-bits.ts';
import * as troubleWord from '../../layout/trouble-words.ts';
import * as verdict from '../../layout/verdict-numbers.ts';
import { judgeDeath } from './death.ts';
import { judgeEnd } from './end.ts';
import { NOTHING } from './nothing.ts';
import { judgeOpening } from './opening.ts';
import { judgeReset } from './reset.ts';
import { judgeStall } from './stall.ts';
import * as view from './view.ts';

/** `untilMs`: when the capture ends, as the records count moments. */
export function judge(untilMs: i32): i32 {
  let judged = judgeOpening();
  if (judged === NOTHING) judged = judgeStall();
  if (judged === NOTHING) judged = judgeDeath(untilMs);
  if (judged === NOTHING) judged = judgeReset();
  if (judged === NOTHING) judged = judgeSlowOpen();
  return judged === NOTHING ? judgeEnd(untilMs) : judged;
}

/** Served in the end, but only after a SYN or a SYN-ACK had been repeated. */
function judgeSlowOpen(): i32 {
  if (!view.is(stateBit.established)) return NOTHING;
  if (view.synSends() > 1) return verdict.slowOpen;
  // Those that came after the client's answer did not delay it.
  const before = view.synAckSends() - (view.troubleAt(troubleWord.stalls) & 0xffff);
  return before > 1 && !view.is(stateBit.beginsWithSynAck) ? verdict.slowOpenSynAck : NOTHING;
}
