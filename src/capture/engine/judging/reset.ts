/** A reset that took something away. */
import * as connectionWord from '../../layout/connection-words.ts';
import * as endpointWord from '../../layout/endpoint-words.ts';
import * as stateBit from '../../layout/state-bits.ts';
import * as troubleWord from '../../layout/trouble-words.ts';
import * as verdict from '../../layout/verdict-numbers.ts';
import { ANSWERED_WITHIN_MS, LONG_IDLE_MS } from './idleness.ts';
import { NOTHING } from './nothing.ts';
import * as view from './view.ts';

/** NOTHING: there is none, or it came when all was done. */
export function judgeReset(): i32 {
  const side = firstResetter();
  if (side < 0 || (view.has(stateBit.fin, view.client) && view.has(stateBit.fin, view.server)))
    return NOTHING;
  if (view.is(stateBit.beginsInMiddle) && view.packetsOf(0) + view.packetsOf(1) === 1)
    return verdict.tooLittle;
  const other = 1 - side;
  const isProbed = view.troubleOf(other, troubleWord.unansweredProbes) > 0;
  if (endsIdleness(side, other)) return isProbed ? verdict.forgotten : verdict.idleCutReset;
  if (view.is(stateBit.foreignReset)) return verdict.resetByMiddlebox;
  const isByClient = side === view.client;
  if (isProbed) return isByClient ? verdict.forgottenByClient : verdict.forgottenByServer;
  if (isHarmless(side, other)) return NOTHING;
  return isByClient ? verdict.resetByClient : verdict.resetByServer;
}

/** Who sent the first of the resets; -1: nobody. */
function firstResetter(): i32 {
  const byClient = view.has(stateBit.reset, view.client);
  if (!view.has(stateBit.reset, view.server)) return byClient ? view.client : -1;
  if (!byClient) return view.server;
  const ofClient = <u32>view.wordOf(view.client, endpointWord.endPacket);
  return ofClient < <u32>view.wordOf(view.server, endpointWord.endPacket) ? view.client : view.server;
}

/** It answers the first thing that the other says after a long silence. */
function endsIdleness(side: i32, other: i32): bool {
  const idleMs = view.word(connectionWord.idleMs);
  if (idleMs < LONG_IDLE_MS) return false;
  const idleEndMs = view.word(connectionWord.idleAtMs) + idleMs;
  const afterIdleMs = view.wordOf(side, endpointWord.endMs) - idleEndMs;
  if (afterIdleMs < 0 || afterIdleMs >= ANSWERED_WITHIN_MS) return false;
  // A FIN alone asks for nothing: a reset in answer to it takes nothing away.
  const wants = view.has(stateBit.fin, other) ? 1 : 0;
  const isUnread =
    view.wordOf(other, endpointWord.next) - view.wordOf(side, endpointWord.acked) > wants ||
    view.troubleOf(other, troubleWord.unansweredProbes) > 0;
  return isUnread && view.wordOf(other, endpointWord.lastMs) - idleEndMs >= 0;
}

function isHarmless(side: i32, other: i32): bool {
  // It had closed already, and the other had nothing more to say.
  if (view.has(stateBit.fin, side)) return !view.has(stateBit.sentAfterFin, other);
  if (side !== view.client) return false;
  // An abortive close: the client has had the whole answer; or it only looked whether somebody listens.
  return view.has(stateBit.fin, view.server) || (view.payloadOf(0) === 0 && view.payloadOf(1) === 0);
}
