import { type CaptureReport, type JudgementId, judgementIds } from '../../tcp/capture.ts';
import { type JudgementWords, judgementWords } from './judgement-words.ts';

export interface JudgementRow {
  readonly id: JudgementId;
  readonly count: number;
  /** Of all that were judged. */
  readonly share: number;
  readonly words: JudgementWords;
}

/** How many connections went which way, worst first; what did not happen is left out. */
export function judgementRows({ judgements }: Pick<CaptureReport, 'judgements'>): readonly JudgementRow[] {
  const counted = judgementIds.map((id) => ({ id, count: judgements[id] ?? 0, words: judgementWords[id] }));
  const all = counted.reduce((sum, { count }) => sum + count, 0);
  return counted.filter(({ count }) => count > 0).map((row) => ({ ...row, share: row.count / all }));
}
