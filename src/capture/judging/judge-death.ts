import type { ConnectionView, EndpointBit } from '../connection-view.ts';
import * as connectionWord from '../layout/connection-words.ts';
import * as endpointWord from '../layout/endpoint-words.ts';
import * as stateBit from '../layout/state-bits.ts';
import * as troubleWord from '../layout/trouble-words.ts';
import { longIdleMs } from './long-idle.ts';
import type { Verdict } from './verdict.ts';

/** One side repeats itself or probes, and the other has fallen silent. */
export function judgeDeath(view: ConnectionView, untilMs: number): Verdict | null {
  if (view.trouble === 0) return null;
  return (
    judgeSide(view, view.clientBit, untilMs) ??
    judgeSide(view, view.serverBit, untilMs) ??
    (isAnsweredInVain(view, view.clientBit) || isAnsweredInVain(view, view.serverBit)
      ? 'answered-in-vain'
      : null)
  );
}

const ENOUGH_REPEATS = 3;
const ENOUGH_PROBES = 2;
const ENOUGH_MS = 3000;

function judgeSide(view: ConnectionView, side: EndpointBit, untilMs: number): Verdict | null {
  const unanswered = view.troubleOf(side, troubleWord.unanswered);
  const other: EndpointBit = side === 0 ? 1 : 0;
  // A reset is an answer.
  if (unanswered === 0 || view.endpointHas(stateBit.reset, other)) return null;
  const probes = view.troubleOf(side, troubleWord.unansweredProbes);
  const fins = view.troubleOf(side, troubleWord.unansweredFins);
  const gaveUp = view.endpointHas(stateBit.reset, side);
  if (probes === unanswered) {
    if (!gaveUp && (probes < ENOUGH_PROBES || !isOverdue(view, side, probes, untilMs))) return null;
    return isWindowShut(view, other) ? 'window-probe-death' : 'keepalive-death';
  }
  const repeats = unanswered - probes - fins;
  if (repeats <= 0) return null;
  const sinceMs = (untilMs - view.troubleOf(side, troubleWord.unansweredFromMs)) | 0;
  if (repeats < ENOUGH_REPEATS && !gaveUp && sinceMs < ENOUGH_MS) return null;
  return followsIdleness(view, side, other) ? 'idle-cut-silence' : 'retransmission-death';
}

/**
 * What it sends arrives, since each repeat draws an acknowledgement at once, and is not taken in: PAWS (RFC 7323, 5.3), or a sequence
 * number outside the window (RFC 9293, 3.10.7.4). On a lossy path the one that arrives is acknowledged.
 */
function isAnsweredInVain(view: ConnectionView, side: EndpointBit): boolean {
  const other: EndpointBit = side === 0 ? 1 : 0;
  const repeats = view.troubleOf(side, troubleWord.timeouts);
  if (repeats < ENOUGH_REPEATS || view.endpointHas(stateBit.reset, other) || isWindowShut(view, other))
    return false;
  const sent = view.count32(view.endpoint(side) + endpointWord.dataSegments);
  const sentNext = view.words[view.endpoint(side) + endpointWord.next] ?? 0;
  const acked = view.words[view.endpoint(other) + endpointWord.acked] ?? 0;
  const isOutstanding = ((sentNext - acked) | 0) > 0;
  // Most of what it had to say went that way, not the end of a long conversation.
  return isOutstanding && repeats * 2 >= sent && view.troubleOf(other, troubleWord.duplicateAcks) >= repeats;
}

/** So long after the last probe another, or its answer, should have come. */
function isOverdue(view: ConnectionView, side: EndpointBit, probes: number, untilMs: number): boolean {
  const firstMs = view.troubleOf(side, troubleWord.unansweredFromMs);
  const lastMs = view.words[view.endpoint(side) + endpointWord.lastMs] ?? 0;
  const everyMs = ((lastMs - firstMs) | 0) / (probes - 1);
  return probes > ENOUGH_PROBES || ((untilMs - lastMs) | 0) >= everyMs / 2;
}

function isWindowShut(view: ConnectionView, of: EndpointBit): boolean {
  return ((view.words[view.endpoint(of) + endpointWord.window] ?? 0) & 0xffff) === 0;
}

/** The other was heard of before a long silence and never after it. */
function followsIdleness(view: ConnectionView, side: EndpointBit, other: EndpointBit): boolean {
  const idleMs = view.word(connectionWord.idleMs);
  if (idleMs < longIdleMs) return false;
  const idleFromMs = view.word(connectionWord.idleAtMs);
  const otherLastMs = view.words[view.endpoint(other) + endpointWord.lastMs] ?? 0;
  const firstRepeatMs = view.troubleOf(side, troubleWord.unansweredFromMs);
  const afterIdleMs = (firstRepeatMs - idleFromMs - idleMs) | 0;
  return ((otherLastMs - idleFromMs) | 0) <= 0 && afterIdleMs >= 0 && afterIdleMs < ENOUGH_MS;
}
