import { type AnalysisShare, wholeShare } from '../../../capture/capture-analysis.ts';

/** What the first thread has read before the others have started. */
const HEAD_START_BYTES = 36 * 1024 ** 2;
const MOST_HEAD_START = 0.25;

/** Shares of a file of this size for so many threads, of which the first is there already and takes a little more. */
export function shareOut(threads: number, fileBytes: number): AnalysisShare[] {
  const ahead = threads === 1 ? 0 : Math.min(MOST_HEAD_START, HEAD_START_BYTES / fileBytes);
  const ends = Array.from({ length: threads }, (_, i) => {
    const share = ahead + ((1 - ahead) * (i + 1)) / threads;
    return i === threads - 1 ? wholeShare.to : Math.round(share * wholeShare.to);
  });
  return ends.map((to, i) => ({ from: ends[i - 1] ?? wholeShare.from, to }));
}
