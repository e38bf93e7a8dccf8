import type { ConnectionView } from '../connection-view.ts';
import * as connectionWord from '../layout/connection-words.ts';
import * as stateBit from '../layout/state-bits.ts';
import type { Verdict } from './verdict.ts';

/** A peer that answers does so within this time, and a kernel has repeated its SYN or SYN-ACK after one second (RFC 6298, 2.1). */
const ENOUGH_MS = 1500;

/** Connections that did not get through the handshake; null: it did, or its handshake is not in the capture. */
export function judgeOpening(view: ConnectionView, untilMs: number): Verdict | null {
  if (view.is(stateBit.beginsInMiddle) || view.is(stateBit.established)) return null;
  return view.synAckSends === 0 ? judgeUnanswered(view, untilMs) : judgeUncompleted(view, untilMs);
}

function judgeUnanswered(view: ConnectionView, untilMs: number): Verdict | null {
  const fromClient = view.packetsOf(view.client);
  const fromServer = view.packetsOf(view.server);
  if (view.is(stateBit.simultaneousOpen)) return fromClient > 1 && fromServer > 1 ? null : 'answer-missed';
  if (fromServer === 0) {
    if (view.is(stateBit.unreachable)) return 'refused-by-icmp';
    if (fromClient > view.synSends) return 'one-way';
    return view.synSends > 1 || waitedMs(view, untilMs) >= ENOUGH_MS ? 'syn-timeout' : 'syn-early';
  }
  if (view.serverHas(stateBit.reset) && fromClient === view.synSends) return 'refused-by-reset';
  // Without its SYN-ACK: not captured, or an older connection's answer (RFC 5961, 4: challenge ACK).
  return view.clientHas(stateBit.dataAcked) || view.serverHas(stateBit.dataAcked) ? null : 'answer-missed';
}

function judgeUncompleted(view: ConnectionView, untilMs: number): Verdict | null {
  const fromClient = view.packetsOf(view.client);
  const fromServer = view.packetsOf(view.server);
  if (fromServer > view.synAckSends) {
    if (view.serverHas(stateBit.reset)) return 'reset-by-server';
    return 'one-way';
  }
  if (view.clientHas(stateBit.reset)) return 'half-open-refused';
  if (view.synAckSends === 1 && waitedMs(view, untilMs) < ENOUGH_MS) return 'half-open-early';
  // A server that was acknowledged goes on to say something, if only its FIN.
  if (fromClient === 0) return 'half-open-unseen';
  // Not repeated by a server with SYN cookies, or because an ACK came that was not captured.
  return view.synAckSends > 1 ? 'half-open' : 'half-open-once';
}

/** Since its last packet, or since its first where it repeats. */
function waitedMs(view: ConnectionView, untilMs: number): number {
  const lastMs = Math.floor((view.floats[(view.record + connectionWord.lastUs) >> 1] ?? 0) / 1000);
  return untilMs - lastMs;
}
