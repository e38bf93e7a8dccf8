import { type AnalyzedCapture, analyzeCapture } from '../../../app/capture/analyze/analyze-capture.ts';
import { filterConnections, worstConnections } from '../../../app/capture/analyze/list-connections.ts';
import { refuseUnwritable } from '../../../app/write-whole.ts';
import { usageError } from '../../../base/errors.ts';
import { formatCount, plural } from '../../../base/units.ts';
import type { CaptureReport, ConnectionRecord } from '../../../tcp/capture.ts';
import { asContract } from '../../../tcp/report.ts';
import type { CommandResult } from '../../command.ts';
import { exitCodeFor } from '../../exit-code-for.ts';
import { interruptible } from '../../interruptible.ts';
import { terminal } from '../../terminal.ts';
import type { AnalyzeCommandOptions } from './analyze.ts';
import { type ReadingProgress, readingProgress } from './reading-progress.ts';

/** Reads a capture and tells; Ctrl-C ends the reading, and what was read until then is told. */
export async function runAnalyze(file: string, options: AnalyzeCommandOptions): Promise<CommandResult> {
  refuseInVain(options);
  const progress = readingProgress(file);
  try {
    return await interruptible((stop) => analyzeAndTell(file, options, progress, stop), progress.end);
  } finally {
    progress.end();
  }
}

/** What cannot end well is said before the file is read, not after it. */
function refuseInVain({ connections, json, filter, connectionsCsv, html }: AnalyzeCommandOptions): void {
  if (connections && !json) {
    throw usageError(
      'list every connection without',
      '--json',
      'Add --json, or use --connections-csv FILE or --filter.',
    );
  }
  if (filter !== undefined) filterConnections([], filter);
  for (const file of [connectionsCsv, html]) {
    if (file === '-') throw usageError('write to', '-', 'Standard output has the report: name a file.');
  }
  if (connectionsCsv !== undefined) refuseUnwritable(connectionsCsv, 'write the connections to');
  if (html !== undefined) refuseUnwritable(html, 'write the page to');
}

async function analyzeAndTell(
  file: string,
  options: AnalyzeCommandOptions,
  progress: ReadingProgress,
  stop: AbortSignal,
): Promise<CommandResult> {
  const reading = { onProgress: progress.read, stop };
  if (options.ladder !== undefined) {
    const { runLadder } = await import('./analyze-ladder.ts');
    return runLadder(file, options.ladder, reading, progress);
  }
  const analyzed = await analyzeCapture(file, { ...reading, keepRecords: wantsRecords(options) });
  progress.end();
  await writeFiles(file, analyzed, options, reading);
  await print(analyzed, options);
  tellNotes(analyzed.report, stop);
  return { exitCode: exitCodeFor(analyzed.report.findings, options.failOn) };
}

function wantsRecords(options: AnalyzeCommandOptions): boolean {
  const { connections, connectionsCsv, filter, html } = options;
  return connections === true || [connectionsCsv, filter, html].some((option) => option !== undefined);
}

async function writeFiles(
  file: string,
  analyzed: AnalyzedCapture,
  options: AnalyzeCommandOptions,
  reading: { readonly onProgress: (done: number, total: number | null) => void; readonly stop: AbortSignal },
): Promise<void> {
  const { connectionsCsv, html } = options;
  if (connectionsCsv !== undefined) {
    const { writeConnectionsCsv } = await import('../../../app/capture/analyze/write-connections-csv.ts');
    writeConnectionsCsv(connectionsCsv, chosen(analyzed, options));
    process.stderr.write(`halfopen: wrote ${connectionsCsv}\n`);
  }
  if (html !== undefined) {
    const { writePage } = await import('./analyze-page.ts');
    await writePage(html, file, analyzed.report, chosen(analyzed, options), reading);
  }
}

function chosen({ records }: AnalyzedCapture, { filter }: AnalyzeCommandOptions): Iterable<ConnectionRecord> {
  return filterConnections(records?.() ?? [], filter);
}

const MOST_LISTED = 40;

async function print(analyzed: AnalyzedCapture, options: AnalyzeCommandOptions): Promise<void> {
  const { report } = analyzed;
  if (options.json) {
    const listed = options.connections === true || options.filter !== undefined;
    const connections = listed ? { connections: [...chosen(analyzed, options)] } : {};
    process.stdout.write(`${JSON.stringify(asContract({ ...report, ...connections }), null, 2)}\n`);
    return;
  }
  const { captureText } = await import('../../../report/capture/capture-text.ts');
  const { colour, columns: width } = terminal();
  process.stdout.write(captureText(report, { width, colour, verbose: options.verbose === true }));
  if (options.filter === undefined) return;
  const { connectionLines } = await import('../../../report/capture/connection-lines.ts');
  const { inAll, connections } = worstConnections(chosen(analyzed, options), MOST_LISTED);
  const count = `${formatCount(inAll)} of ${plural(report.totals.connections, 'connection')}`;
  const lines = [`${count}: ${options.filter}`, ...connectionLines(connections, inAll, width)];
  process.stdout.write(`\n${lines.join('\n')}\n`);
}

function tellNotes({ partial }: CaptureReport, stop: AbortSignal): void {
  if (stop.aborted) process.stderr.write('halfopen: interrupted; this is what was read until then\n');
  else if (partial !== null) {
    process.stderr.write(
      `halfopen: record ${formatCount(partial.record)} at byte ${formatCount(partial.atByte)}: ${partial.because}; what comes before it was analysed\n`,
    );
  }
}
