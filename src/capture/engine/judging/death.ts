/** One side repeats itself or probes, and the other has fallen silent. */
import * as connectionWord from '../../layout/connection-words.ts';
import * as endpointWord from '../../layout/endpoint-words.ts';
import * as stateBit from '../../layout/state-bits.ts';
import * as troubleWord from '../../layout/trouble-words.ts';
import * as verdict from '../../layout/verdict-numbers.ts';
import { ANSWERED_WITHIN_MS, LONG_IDLE_MS } from './idleness.ts';
import { NOTHING } from './nothing.ts';
import * as view from './view.ts';

export function judgeDeath(untilMs: i32): i32 {
  if (view.trouble === 0) return NOTHING;
  const ofClient = judgeSide(view.client, view.server, untilMs);
  if (ofClient !== NOTHING) return ofClient;
  const ofServer = judgeSide(view.server, view.client, untilMs);
  if (ofServer !== NOTHING) return ofServer;
  const isInVain = isAnsweredInVain(view.client, view.server) || isAnsweredInVain(view.server, view.client);
  return isInVain ? verdict.answeredInVain : NOTHING;
}

const ENOUGH_REPEATS: i32 = 3;
const ENOUGH_PROBES: i32 = 2;
const ENOUGH_MS: i32 = 3000;

function judgeSide(side: i32, other: i32, untilMs: i32): i32 {
  const unanswered = view.troubleOf(side, troubleWord.unanswered);
  // A reset is an answer.
  if (unanswered === 0 || view.has(stateBit.reset, other)) return NOTHING;
  const probes = view.troubleOf(side, troubleWord.unansweredProbes);
  const fins = view.troubleOf(side, troubleWord.unansweredFins);
  const gaveUp = view.has(stateBit.reset, side);
  if (probes === unanswered) {
    if (!gaveUp && (probes < ENOUGH_PROBES || !isOverdue(side, probes, untilMs))) return NOTHING;
    return isWindowShut(other) ? verdict.windowProbeDeath : verdict.keepaliveDeath;
  }
  const repeats = unanswered - probes - fins;
  if (repeats <= 0) return NOTHING;
  const sinceMs = untilMs - view.troubleOf(side, troubleWord.unansweredFromMs);
  if (repeats < ENOUGH_REPEATS && !gaveUp && sinceMs < ENOUGH_MS) return NOTHING;
  return followsIdleness(side, other) ? verdict.idleCutSilence : verdict.retransmissionDeath;
}

/**
 * What it sends arrives, since each repeat draws an acknowledgement at once, and is not taken in: PAWS (RFC 7323, 5.3), or a sequence
 * number outside the window (RFC 9293, 3.10.7.4). On a lossy path the one that arrives is acknowledged.
 */
function isAnsweredInVain(side: i32, other: i32): bool {
  const repeats = view.troubleOf(side, troubleWord.timeouts);
  if (repeats < ENOUGH_REPEATS || view.has(stateBit.reset, other) || isWindowShut(other)) return false;
  const isOutstanding = view.wordOf(side, endpointWord.next) - view.wordOf(other, endpointWord.acked) > 0;
  // Most of what it had to say went that way, not the end of a long conversation.
  const isMost = <i64>repeats * 2 >= <i64>(<u32>view.wordOf(side, endpointWord.dataSegments));
  return isOutstanding && isMost && view.troubleOf(other, troubleWord.duplicateAcks) >= repeats;
}

/** So long after the last probe another, or its answer, should have come. */
function isOverdue(side: i32, probes: i32, untilMs: i32): bool {
  if (probes > ENOUGH_PROBES) return true;
  const lastMs = view.wordOf(side, endpointWord.lastMs);
  const everyMs = <f64>(lastMs - view.troubleOf(side, troubleWord.unansweredFromMs)) / <f64>(probes - 1);
  return <f64>(untilMs - lastMs) >= everyMs / 2;
}

function isWindowShut(endpoint: i32): bool {
  return (view.wordOf(endpoint, endpointWord.window) & 0xffff) === 0;
}

/** The other was heard of before a long silence and never after it. */
function followsIdleness(side: i32, other: i32): bool {
  const idleMs = view.word(connectionWord.idleMs);
  if (idleMs < LONG_IDLE_MS) return false;
  const idleFromMs = view.word(connectionWord.idleAtMs);
  const afterIdleMs = view.troubleOf(side, troubleWord.unansweredFromMs) - idleFromMs - idleMs;
  const isSilentSince = view.wordOf(other, endpointWord.lastMs) - idleFromMs <= 0;
  return isSilentSince && afterIdleMs >= 0 && afterIdleMs < ANSWERED_WITHIN_MS;
}
