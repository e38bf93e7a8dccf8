import type { ConnectionView, EndpointBit } from '../connection-view.ts';
import * as endpointWord from '../layout/endpoint-words.ts';
import * as stateBit from '../layout/state-bits.ts';
import * as troubleWord from '../layout/trouble-words.ts';
import type { Verdict } from './verdict.ts';

/** How it was closed, where nothing worse happened to it. */
export function judgeEnd(view: ConnectionView, untilMs: number): Verdict {
  const { clientBit, serverBit } = view;
  const byClient = view.clientHas(stateBit.fin);
  const byServer = view.serverHas(stateBit.fin);
  if (byClient && repeatsFin(view, clientBit)) return 'lingering';
  if (byServer && repeatsFin(view, serverBit)) return 'lingering';
  if (byClient && byServer && isTooLate(view)) return 'closed-too-late';
  if ((byClient && byServer) || view.clientHas(stateBit.reset) || view.serverHas(stateBit.reset)) {
    return hasPayload(view) ? 'completed' : 'heartbeat';
  }
  if (byClient || byServer) return judgeHalf(view, byClient ? clientBit : serverBit, untilMs);
  if (view.is(stateBit.superseded)) return 'superseded';
  return isWorthAWord(view) ? 'ongoing' : 'too-little';
}

function repeatsFin(view: ConnectionView, side: EndpointBit): boolean {
  return view.troubleOf(side, troubleWord.unansweredFins) > 0 && !view.endpointHas(stateBit.finAcked, side);
}

function hasPayload(view: ConnectionView): boolean {
  return view.payloadOf(view.clientBit) > 0 || view.payloadOf(view.serverBit) > 0;
}

const LATE_MS = 1000;

/**
 * The second FIN is answered with RST although its side had said nothing more since the first: whoever closed first has waited in
 * FIN_WAIT2 and given up (tcp_fin_timeout), while the program of the other side kept its half.
 */
function isTooLate(view: ConnectionView): boolean {
  const { clientBit, serverBit } = view;
  const endMs = (side: EndpointBit): number => view.words[view.endpoint(side) + endpointWord.endMs] ?? 0;
  const sinceFirstMs = (endMs(serverBit) - endMs(clientBit)) | 0;
  const [first, second] = sinceFirstMs >= 0 ? [clientBit, serverBit] : [serverBit, clientBit];
  return (
    Math.abs(sinceFirstMs) >= LATE_MS &&
    view.endpointHas(stateBit.reset, first) &&
    view.endpointHas(stateBit.finAcked, first) &&
    !view.endpointHas(stateBit.finAcked, second) &&
    !view.endpointHas(stateBit.sentAfterFin, second)
  );
}

/** A closing that takes longer than this is not just on its way. */
const HALF_CLOSED_MS = 5000;

function judgeHalf(view: ConnectionView, closer: EndpointBit, untilMs: number): Verdict {
  const sinceMs = (untilMs - (view.words[view.endpoint(closer) + endpointWord.endMs] ?? 0)) | 0;
  if (view.endpointHas(stateBit.finAcked, closer) && sinceMs >= HALF_CLOSED_MS) return 'half-closed';
  if (view.is(stateBit.superseded)) return 'superseded';
  return 'ongoing';
}

/** One packet in the middle of something tells nothing. */
function isWorthAWord(view: ConnectionView): boolean {
  if (!view.is(stateBit.beginsInMiddle)) return true;
  return view.packetsOf(view.client) + view.packetsOf(view.server) > 1;
}
