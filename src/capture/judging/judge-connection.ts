import type { ConnectionView } from '../connection-view.ts';
import * as stateBit from '../layout/state-bits.ts';
import * as troubleWord from '../layout/trouble-words.ts';
import { judgeDeath } from './judge-death.ts';
import { judgeEnd } from './judge-end.ts';
import { judgeOpening } from './judge-opening.ts';
import { judgeReset } from './judge-reset.ts';
import { judgeStall } from './judge-stall.ts';
import type { Verdict } from './verdict.ts';

/** What became of the connection in view, as far as the capture shows, which goes on until `untilMs` (modulo 2^32). The worst counts. */
export function judgeConnection(view: ConnectionView, untilMs: number): Verdict {
  return (
    judgeOpening(view, untilMs) ??
    judgeStall(view) ??
    judgeDeath(view, untilMs) ??
    judgeReset(view) ??
    judgeSlowOpen(view) ??
    judgeEnd(view, untilMs)
  );
}

/** Served in the end, but only after a SYN or a SYN-ACK had been repeated. */
function judgeSlowOpen(view: ConnectionView): Verdict | null {
  if (!view.is(stateBit.established)) return null;
  if (view.synSends > 1) return 'slow-open';
  // Those that came after the client's answer did not delay it.
  const before = view.synAckSends - (view.troubleWord(troubleWord.stalls) & 0xffff);
  return before > 1 && !view.is(stateBit.beginsWithSynAck) ? 'slow-open-syn-ack' : null;
}
