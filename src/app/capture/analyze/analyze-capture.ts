import { statSync } from 'node:fs';
import os from 'node:os';
import type { CaptureReport, ConnectionRecord } from '../../../tcp/capture.ts';
import { isSeekable } from '../input/is-seekable.ts';
import type { ReadCaptureOptions } from '../input/read-capture.ts';
import { buildReport } from './build-report.ts';
import { CommonEnd } from './common-end.ts';
import { readPart } from './read-part.ts';
import { readingUntil } from './reading-until.ts';

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
  const threads = options.keepRecords ? 1 : await threadsFor(path);
  if (threads > 1) return { report: await analyzeTogether(path, threads, options), records: null };
  const own = await readPart(path, { part: 0, parts: 1 }, options);
  const report = await buildReport(path, own, [own]);
  return { report, records: options.keepRecords ? () => own.summary.records() : null };
}

/** Every thread reads the whole file and follows its share of the connections. */
async function analyzeTogether(
  path: string,
  parts: number,
  { onProgress, stop }: ReadCaptureOptions,
): Promise<CaptureReport> {
  const { RemotePart } = await import('./remote-part.ts');
  const end = new CommonEnd(CommonEnd.memoryFor(parts), 0);
  const stopSoon = (): void => end.stopSoon();
  stop.addEventListener('abort', stopSoon, { once: true });
  const others = Array.from(
    { length: parts - 1 },
    (_, i) => new RemotePart(path, { part: i + 1, parts }, end.memory),
  );
  try {
    const own = await readPart(path, { part: 0, parts }, readingUntil(end, onProgress));
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
async function threadsFor(path: string): Promise<number> {
  if (!isSeekable(path) || statSync(path).size < WORTH_A_THREAD_BYTES) return 1;
  const { canStartThreads } = await import('./remote-part.ts');
  if (!canStartThreads()) return 1;
  return Math.max(1, Math.min(MOST_THREADS, os.availableParallelism()));
}
