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
import { canStartThreads, RemotePart } from './remote-part.ts';
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
  const shares = options.keepRecords ? [wholeShare] : sharesFor(path);
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
  const end = new CommonEnd(CommonEnd.memoryFor(1 + otherShares.length), 0);
  const stopSoon = (): void => end.stopSoon();
  stop.addEventListener('abort', stopSoon, { once: true });
  const others = otherShares.map((share, i) => new RemotePart({ path, share, end: end.memory, part: i + 1 }));
  try {
    const own = await readPart(path, ownShare, readingUntil(end, onProgress));
    return await buildReport(path, own, [own, ...others]);
  } finally {
    stop.removeEventListener('abort', stopSoon);
    await Promise.all(others.map((other) => other[Symbol.asyncDispose]()));
  }
}

/** Below this a thread costs more than it brings. */
const WORTH_A_THREAD_BYTES = 24 * 1024 ** 2;
const MOST_THREADS = 4;

function sharesFor(path: string): AnalysisShare[] {
  const bytes = canStartThreads() && isSeekable(path) ? statSync(path).size : 0;
  const threads = bytes < WORTH_A_THREAD_BYTES ? 1 : Math.min(MOST_THREADS, os.availableParallelism());
  return shareOut(Math.max(1, threads), bytes);
}
