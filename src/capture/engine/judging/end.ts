/** How it was closed, where nothing worse happened to it. */
import * as endpointWord from '../../layout/endpoint-words.ts';
import * as stateBit from '../../layout/state-bits.ts';
import * as troubleWord from '../../layout/trouble-words.ts';
import * as verdict from '../../layout/verdict-numbers.ts';
import * as view from './view.ts';

export function judgeEnd(untilMs: i32): i32 {
  const byClient = view.has(stateBit.fin, view.client);
  const byServer = view.has(stateBit.fin, view.server);
  if (byClient && repeatsFin(view.client)) return verdict.lingering;
  if (byServer && repeatsFin(view.server)) return verdict.lingering;
  if (byClient && byServer && isTooLate()) return verdict.closedTooLate;
  const isReset = view.has(stateBit.reset, view.client) || view.has(stateBit.reset, view.server);
  if ((byClient && byServer) || isReset) {
    return view.payloadOf(0) > 0 || view.payloadOf(1) > 0 ? verdict.completed : verdict.heartbeat;
  }
  if (byClient || byServer) return judgeHalf(byClient ? view.client : view.server, untilMs);
  if (view.is(stateBit.superseded)) return verdict.superseded;
  // One packet in the middle of something tells nothing.
  const isWorthAWord = !view.is(stateBit.beginsInMiddle) || view.packetsOf(0) + view.packetsOf(1) > 1;
  return isWorthAWord ? verdict.ongoing : verdict.tooLittle;
}

function repeatsFin(side: i32): bool {
  return view.troubleOf(side, troubleWord.unansweredFins) > 0 && !view.has(stateBit.finAcked, side);
}

const LATE_MS: i32 = 1000;

/**
 * The second FIN is answered with RST although its side had said nothing more since the first: whoever closed first has waited in
 * FIN_WAIT2 and given up (tcp_fin_timeout), while the program of the other side kept its half.
 */
function isTooLate(): bool {
  const sinceClientMs =
    view.wordOf(view.server, endpointWord.endMs) - view.wordOf(view.client, endpointWord.endMs);
  const first = sinceClientMs >= 0 ? view.client : view.server;
  const second = 1 - first;
  return (
    abs(sinceClientMs) >= LATE_MS &&
    view.has(stateBit.reset, first) &&
    view.has(stateBit.finAcked, first) &&
    !view.has(stateBit.finAcked, second) &&
    !view.has(stateBit.sentAfterFin, second)
  );
}

/** A closing that takes longer than this is not just on its way. */
const HALF_CLOSED_MS: i32 = 5000;

function judgeHalf(closer: i32, untilMs: i32): i32 {
  const sinceMs = untilMs - view.wordOf(closer, endpointWord.endMs);
  if (view.has(stateBit.finAcked, closer) && sinceMs >= HALF_CLOSED_MS) return verdict.halfClosed;
  return view.is(stateBit.superseded) ? verdict.superseded : verdict.ongoing;
}
