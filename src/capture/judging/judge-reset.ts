import type { ConnectionView, EndpointBit } from '../connection-view.ts';
import * as connectionWord from '../layout/connection-words.ts';
import * as endpointWord from '../layout/endpoint-words.ts';
import * as stateBit from '../layout/state-bits.ts';
import * as troubleWord from '../layout/trouble-words.ts';
import { firstTo } from './first-to.ts';
import { longIdleMs } from './long-idle.ts';
import type { Verdict } from './verdict.ts';

/** A reset that took something away; null: there is none, or it came when all was done. */
export function judgeReset(view: ConnectionView): Verdict | null {
  const side = firstTo(view, stateBit.reset);
  if (side === null || (view.clientHas(stateBit.fin) && view.serverHas(stateBit.fin))) return null;
  if (view.is(stateBit.beginsInMiddle) && view.packetsOf(view.client) + view.packetsOf(view.server) === 1)
    return 'too-little';
  const other: EndpointBit = side === 0 ? 1 : 0;
  const isProbed = view.troubleOf(other, troubleWord.unansweredProbes) > 0;
  if (endsIdleness(view, side, other)) return isProbed ? 'forgotten' : 'idle-cut-reset';
  if (view.is(stateBit.foreignReset)) return 'reset-by-middlebox';
  if (isProbed) return side === view.clientBit ? 'forgotten-by-client' : 'forgotten-by-server';
  if (isHarmless(view, side, other)) return null;
  return side === view.clientBit ? 'reset-by-client' : 'reset-by-server';
}

const ANSWERED_WITHIN_MS = 3000;

/** It answers the first thing that the other says after a long silence. */
function endsIdleness(view: ConnectionView, side: EndpointBit, other: EndpointBit): boolean {
  const idleMs = view.word(connectionWord.idleMs);
  if (idleMs < longIdleMs) return false;
  const idleFromMs = view.word(connectionWord.idleAtMs);
  const afterIdleMs = ((view.words[view.endpoint(side) + endpointWord.endMs] ?? 0) - idleFromMs - idleMs) | 0;
  if (afterIdleMs < 0 || afterIdleMs >= ANSWERED_WITHIN_MS) return false;
  const otherLastMs = view.words[view.endpoint(other) + endpointWord.lastMs] ?? 0;
  const sentNext = view.words[view.endpoint(other) + endpointWord.next] ?? 0;
  const acked = view.words[view.endpoint(side) + endpointWord.acked] ?? 0;
  const spokeAfter = ((otherLastMs - idleFromMs - idleMs) | 0) >= 0;
  // A FIN alone asks for nothing: a reset in answer to it takes nothing away.
  const wants = view.endpointHas(stateBit.fin, other) ? 1 : 0;
  const isUnread =
    ((sentNext - acked) | 0) > wants || view.troubleOf(other, troubleWord.unansweredProbes) > 0;
  return spokeAfter && isUnread;
}

function isHarmless(view: ConnectionView, side: EndpointBit, other: EndpointBit): boolean {
  const isByClient = side === view.clientBit;
  // It had closed already, and the other had nothing more to say.
  if (view.endpointHas(stateBit.fin, side)) return !view.endpointHas(stateBit.sentAfterFin, other);
  // An abortive close: the client has had the whole answer; or it only looked whether somebody listens.
  if (isByClient && view.serverHas(stateBit.fin)) return true;
  return isByClient && view.payloadOf(view.clientBit) === 0 && view.payloadOf(view.serverBit) === 0;
}
