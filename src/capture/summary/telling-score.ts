import type { ConnectionView } from '../connection-view.ts';
import type { Verdict } from '../judging/verdict.ts';
import * as connectionWord from '../layout/connection-words.ts';
import * as endpointWord from '../layout/endpoint-words.ts';
import * as troubleWord from '../layout/trouble-words.ts';

/** All connections of such a verdict tell the same: nothing is amiss. */
export function isCalm(verdict: Verdict): boolean {
  return verdict === 'completed' || verdict === 'ongoing' || verdict === 'heartbeat';
}

/** How well a connection shows what its verdict means, compared with others of the same judgement. */
export function tellingScore(view: ConnectionView, verdict: Verdict): number {
  switch (verdict) {
    case 'syn-timeout':
      return view.synSends;
    case 'slow-open':
    case 'slow-open-syn-ack':
      return view.count32(view.server + endpointWord.openedUs);
    case 'half-open':
      return view.synAckSends;
    case 'stall-data':
    case 'stall-syn-ack':
      return 1_000 + view.synAckSends;
    case 'stall-silent':
    case 'retransmission-death':
    case 'keepalive-death':
      return unanswered(view);
    case 'idle-cut-reset':
    case 'idle-cut-silence':
    case 'forgotten':
      return view.word(connectionWord.idleMs);
    case 'completed':
    case 'ongoing':
    case 'heartbeat':
      return -(view.word(connectionWord.firstPacket) >>> 0);
    default:
      return Math.min(1000, view.packetsOf(view.client) + view.packetsOf(view.server));
  }
}

function unanswered(view: ConnectionView): number {
  return view.troubleOf(0, troubleWord.unanswered) + view.troubleOf(1, troubleWord.unanswered);
}
