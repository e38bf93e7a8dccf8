import { endedJudgementIds, judgementIds } from '../../tcp/capture.ts';
import * as judgementBit from '../layout/judgement-bits.ts';
import { meanings, type Verdict, verdicts } from './verdict.ts';

const over = new Set(endedJudgementIds);
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
