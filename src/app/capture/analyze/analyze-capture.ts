import { statSync } from 'node:fs';
import os from 'node:os';
import { type AnalysisShare, wholeShare } from '../../../capture/capture-analysis.ts';
import type { CaptureReport, ConnectionRecord } from '../../../tcp/capture.ts';
import { isSeekable } from '../input/is-seekable.ts';
import type { ReadCaptureOptions } from '../input/read-capture.ts';
import { buildReport } from './build-report.ts';
import { CommonEnd } from './common-end.ts';
import { readPart } from './read-part.ts';
import { readingUntil } from './reading-until.ts';
import { shareOut } from './share-out.ts';

export interface AnalyzeOptions extends ReadCaptureOptions {
  /** Keep every connection at hand, for lists: `records` of the result. Else a large file is read by several threads. */
  readonly keepRecords: boolean;
}

export interface AnalyzedCapture {
  readonly report: CaptureReport;
  /** Every connection, in the order of first packets; null unless `keepRecords`. */
  readonly records: (() => Iterable<ConnectionRecord>) | null;
}

/**
 * Reads the capture at `path` ("-": standard input) and says what it shows.
 * Throws HalfopenError (cannotObserve) when nothing in it can be read.
 */
export async function analyzeCapture(path: string, options: AnalyzeOptions): Promise<AnalyzedCapture> {
  const shares = options.keepRecords ? [wholeShare] : await sharesFor(path);
  if (shares.length > 1) return { report: await analyzeTogether(path, shares, options), records: null };
  const own = await readPart(path, wholeShare, options);
  const report = await buildReport(path, own, [own]);
  return { report, records: options.keepRecords ? () => own.summary.records() : null };
}

/** Every thread reads the whole file and follows its share of the connections. */
async function analyzeTogether(
  path: string,
  [ownShare = wholeShare, ...otherShares]: readonly AnalysisShare[],
  { onProgress, stop }: ReadCaptureOptions,
): Promise<CaptureReport> {
  const { RemotePart } = await import('./remote-part.ts');
  const end = new CommonEnd(CommonEnd.memoryFor(1 + otherShares.length), 0);
  const stopSoon = (): void => end.stopSoon();
  stop.addEventListener('abort', stopSoon, { once: true });
  const others = otherShares.map((share, i) => new RemotePart({ path, share, end: end.memory, part: i + 1 }));
  try {
    const own = await readPart(path, ownShare, readingUntil(end, onProgress));
    return await buildReport(path, own, [own, ...others]);
  } finally {
    stop.removeEventListener('abort', stopSoon);
    for (const other of others) other[Symbol.dispose]();
  }
}

/** Below this a thread costs more than it brings. */
const WORTH_A_THREAD_BYTES = 24 * 1024 ** 2;
const MOST_THREADS = 4;

/** What starts threads is loaded for large files only. */
async function sharesFor(path: string): Promise<AnalysisShare[]> {
  const bytes = isSeekable(path) ? statSync(path).size : 0;
  if (bytes < WORTH_A_THREAD_BYTES) return [wholeShare];
  const { canStartThreads } = await import('./remote-part.ts');
  return shareOut(canStartThreads() ? Math.min(MOST_THREADS, os.availableParallelism()) : 1, bytes);
}
