import { judgementIds } from '../../tcp/capture.ts';
import * as judgementBit from '../layout/judgement-bits.ts';
import { meanings, type Verdict, verdicts } from './verdict.ts';

/** Judgements of connections that are over, among those whose handshake was completed. */
const over = new Set<string>([
  'accept-queue-stall',
  'retransmission-death',
  'keepalive-death',
  'idle-timeout-cut',
  'reset-by-middlebox',
  'reset-by-server',
  'reset-by-client',
  'slow-open',
  'lingering',
  'heartbeat',
  'completed',
]);
const calm = new Set<Verdict>(['completed', 'ongoing', 'heartbeat']);
const tooEarly = new Set<Verdict>(['syn-early', 'half-open-early']);

/** What the engine has to know of verdicts: a byte for each, in the order of their numbers (layout/judgement-bits.ts). */
export function verdictTable(): Uint8Array {
  return Uint8Array.from(verdicts, (verdict) => {
    const { judgement } = meanings[verdict];
    return (
      judgementIds.indexOf(judgement) |
      (over.has(judgement) ? judgementBit.over : 0) |
      (calm.has(verdict) ? judgementBit.calm : 0) |
      (tooEarly.has(verdict) ? judgementBit.tooEarly : 0)
    );
  });
}
