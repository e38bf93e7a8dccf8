/** Connections that did not get through the handshake. */
import * as stateBit from '../../layout/state-bits.ts';
import * as verdict from '../../layout/verdict-numbers.ts';
import { lastUs } from '../cursor.ts';
import { NOTHING } from './nothing.ts';
import * as view from './view.ts';

/** A peer that answers does so within this time, and a kernel has repeated its SYN or SYN-ACK after one second (RFC 6298, 2.1). */
const ENOUGH_MS: f64 = 1500;

/** NOTHING: it did get through, or its handshake is not in the capture. */
export function judgeOpening(): i32 {
  if (view.is(stateBit.beginsInMiddle) || view.is(stateBit.established)) return NOTHING;
  return view.synAckSends() === 0 ? judgeUnanswered() : judgeUncompleted();
}

function judgeUnanswered(): i32 {
  const fromClient = view.packetsOf(view.client);
  const fromServer = view.packetsOf(view.server);
  if (view.is(stateBit.simultaneousOpen)) {
    return fromClient > 1 && fromServer > 1 ? NOTHING : verdict.answerMissed;
  }
  if (fromServer === 0) {
    if (view.is(stateBit.unreachable)) return verdict.refusedByIcmp;
    if (fromClient > <u32>view.synSends()) return verdict.oneWay;
    return view.synSends() > 1 || waitedMs() >= ENOUGH_MS ? verdict.synTimeout : verdict.synEarly;
  }
  if (view.has(stateBit.reset, view.server) && fromClient === <u32>view.synSends()) {
    return verdict.refusedByReset;
  }
  // Without its SYN-ACK: not captured, or an older connection's answer (RFC 5961, 4: challenge ACK).
  const isUsed = view.has(stateBit.dataAcked, view.client) || view.has(stateBit.dataAcked, view.server);
  return isUsed ? NOTHING : verdict.answerMissed;
}

function judgeUncompleted(): i32 {
  if (view.packetsOf(view.server) > <u32>view.synAckSends()) {
    return view.has(stateBit.reset, view.server) ? verdict.resetByServer : verdict.oneWay;
  }
  if (view.has(stateBit.reset, view.client)) return verdict.halfOpenRefused;
  if (view.synAckSends() === 1 && waitedMs() < ENOUGH_MS) return verdict.halfOpenEarly;
  // A server that was acknowledged goes on to say something, if only its FIN.
  if (view.packetsOf(view.client) === 0) return verdict.halfOpenUnseen;
  // Not repeated by a server with SYN cookies, or because an ACK came that was not captured.
  return view.synAckSends() > 1 ? verdict.halfOpen : verdict.halfOpenOnce;
}

/** Since its last packet; a capture may go on for longer than 32 bits of milliseconds. */
function waitedMs(): f64 {
  return Math.floor(lastUs() / 1000) - Math.floor(view.lastUs() / 1000);
}
