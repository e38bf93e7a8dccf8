/**
 * The client has completed the handshake and the server behaves as if it had not: its accept queue was full when the ACK came
 * (tcp_v4_syn_recv_sock, tcp_check_req), so it repeats its SYN-ACK and leaves data unacknowledged.
 */
import * as endpointWord from '../../layout/endpoint-words.ts';
import * as stateBit from '../../layout/state-bits.ts';
import * as troubleWord from '../../layout/trouble-words.ts';
import * as verdict from '../../layout/verdict-numbers.ts';
import { NOTHING } from './nothing.ts';
import * as view from './view.ts';

export function judgeStall(): i32 {
  if (view.trouble === 0 || !view.is(stateBit.established)) return NOTHING;
  const counted = view.troubleAt(troubleWord.stalls);
  const repeated = counted & 0xffff;
  if (counted >>> 16 > 0) return verdict.stallData;
  if (repeated > 1) return verdict.stallSynAck;
  // Once, to a client that had sent nothing yet: TCP_DEFER_ACCEPT does that too, and so does a lost ACK.
  if (repeated === 1) return isServed() ? NOTHING : verdict.stallOnce;
  return isIgnored() ? verdict.stallSilent : NOTHING;
}

function isServed(): bool {
  return view.packetsOf(view.server) > <u32>view.synAckSends() || view.has(stateBit.dataAcked, view.client);
}

const ENOUGH_REPEATS: i32 = 2;
/** A server without cookies repeats its SYN-ACK to a client that it has not taken in for so long. */
const SYN_ACK_AGAIN_MS: i32 = 1000;

/**
 * Data sent again and again to a server of which nothing but its SYN-ACK was ever heard. With cookies it has nothing to repeat. One that
 * had time to repeat its SYN-ACK before the first data was ignored, and did not, has taken the client in and fell silent later.
 */
function isIgnored(): bool {
  const again = view.troubleOf(view.client, troubleWord.timeouts);
  const hasData = view.wordOf(view.client, endpointWord.dataSegments) !== 0;
  const isHeard = view.packetsOf(view.server) !== <u32>view.synAckSends();
  if (!hasData || again < ENOUGH_REPEATS || isHeard) return false;
  const synAckUs = view.startUs() + <f64>(<u32>view.wordOf(view.server, endpointWord.openedUs));
  const repeatedFromMs = view.troubleOf(view.client, troubleWord.unansweredFromMs);
  return repeatedFromMs - <i32>(<i64>Math.floor(synAckUs / 1000)) < SYN_ACK_AGAIN_MS;
}
