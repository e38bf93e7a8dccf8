import type { ConnectionView } from '../connection-view.ts';
import * as endpointWord from '../layout/endpoint-words.ts';
import * as stateBit from '../layout/state-bits.ts';
import * as troubleWord from '../layout/trouble-words.ts';
import type { Verdict } from './verdict.ts';

/**
 * The client has completed the handshake and the server behaves as if it had not: its accept queue was full when the ACK came
 * (tcp_v4_syn_recv_sock, tcp_check_req), so it repeats its SYN-ACK and leaves data unacknowledged.
 */
export function judgeStall(view: ConnectionView): Verdict | null {
  if (view.trouble === 0 || !view.is(stateBit.established)) return null;
  const counted = view.troubleWord(troubleWord.stalls);
  const repeated = counted & 0xffff;
  if (counted >>> 16 > 0) return 'stall-data';
  if (repeated > 1) return 'stall-syn-ack';
  // Once, to a client that had sent nothing yet: TCP_DEFER_ACCEPT does that too, and so does a lost ACK.
  if (repeated === 1) return isServed(view) ? null : 'stall-once';
  return isIgnored(view) ? 'stall-silent' : null;
}

function isServed(view: ConnectionView): boolean {
  return view.packetsOf(view.server) > view.synAckSends || view.clientHas(stateBit.dataAcked);
}

const ENOUGH_REPEATS = 2;
/** A server without cookies repeats its SYN-ACK to a client that it has not taken in for so long. */
const SYN_ACK_AGAIN_MS = 1000;

/**
 * Data sent again and again to a server of which nothing but its SYN-ACK was ever heard. With cookies it has nothing to repeat. One that
 * had time to repeat its SYN-ACK before the first data was ignored, and did not, has taken the client in and fell silent later.
 */
function isIgnored(view: ConnectionView): boolean {
  const again = view.troubleOf(view.clientBit, troubleWord.timeouts);
  const hasData = view.count32(view.client + endpointWord.dataSegments) > 0;
  if (!hasData || again < ENOUGH_REPEATS || view.packetsOf(view.server) !== view.synAckSends) return false;
  const synAckUs = view.startUs + view.count32(view.server + endpointWord.openedUs);
  const repeatedFromMs = view.troubleOf(view.clientBit, troubleWord.unansweredFromMs);
  return ((repeatedFromMs - Math.floor(synAckUs / 1000)) | 0) < SYN_ACK_AGAIN_MS;
}
