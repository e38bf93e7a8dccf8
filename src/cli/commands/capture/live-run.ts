import { captureLive } from '../../../app/capture/live/capture-live.ts';
import { LiveAnalysis } from '../../../app/capture/live/live-analysis.ts';
import type { LiveProgress, LiveSummary } from '../../../app/capture/live/live-capture.ts';
import { systemClock } from '../../../app/diagnose-host.ts';
import { exitCodes, usageError } from '../../../base/errors.ts';
import type { CaptureReport } from '../../../tcp/capture.ts';
import { asContract } from '../../../tcp/report.ts';
import type { CommandResult } from '../../command.ts';
import { interruptible } from '../../interruptible.ts';
import { type StoryLine, storyLine } from '../../story-line.ts';
import { terminal } from '../../terminal.ts';
import { version } from '../../version.ts';
import type { LiveOptions } from './live.ts';
import { liveSummaryText } from './live-summary-text.ts';
import { progressText } from './progress-text.ts';

/** Captures and tells; Ctrl-C ends it properly, with files that are whole. */
export async function runLive(options: LiveOptions): Promise<CommandResult> {
  refuseInVain(options);
  const line = storyLine();
  try {
    return await interruptible((stop) => captureAndTell(options, line, stop), line.end);
  } finally {
    line.end();
  }
}

/** What cannot end well is said before the capture, not after it. */
function refuseInVain({ write, ring }: LiveOptions): void {
  if (ring !== undefined && write === undefined) {
    throw usageError('keep a ring of files without', '--write', 'Say where to: --write trace.pcapng');
  }
  if (write === '-') {
    throw usageError('write the packets to', '-', 'Take a file, or a named pipe made by mkfifo(1).');
  }
}

async function captureAndTell(
  options: LiveOptions,
  line: StoryLine,
  stop: AbortSignal,
): Promise<CommandResult> {
  const analysis = new LiveAnalysis();
  const { summary, failed } = await captureLive({
    netns: options.netns,
    ports: options.port,
    snapBytes: options.snap,
    bufferBytes: options.buffer,
    tool: { name: 'halfopen', version: version() },
    clock: systemClock,
    stop,
    sink: analysis,
    onProgress: teller(line),
    ...(options.interface === undefined ? {} : { interface: options.interface }),
    ...(options.for === undefined ? {} : { forMs: options.for }),
    ...(options.write === undefined ? {} : { write: options.write }),
    ...(options.ring === undefined ? {} : { ring: options.ring }),
  });
  line.end();
  await print(summary, await analysis.report(fileOf(summary)), options);
  if (failed) throw failed;
  return { exitCode: exitCodes.clean };
}

/** A line each second on a terminal; elsewhere only the first loss is worth one before the end. */
function teller(line: StoryLine): (now: LiveProgress) => void {
  let warned = false;
  return (now) => {
    if (process.stderr.isTTY) line.show(progressText(now));
    else if (now.droppedByKernel > 0 && !warned) {
      warned = true;
      process.stderr.write(`halfopen: the kernel drops packets: ${progressText(now)}\n`);
    }
  };
}

/** Where the reader finds all the packets by the numbers of the report; a ring may have lost the first. */
function fileOf({ files, filesDeleted }: LiveSummary): string {
  const [only] = files;
  return only !== undefined && files.length === 1 && filesDeleted === 0 ? only.name : '-';
}

async function print(summary: LiveSummary, report: CaptureReport, { json }: LiveOptions): Promise<void> {
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...summary, report: asContract(report) }, null, 2)}\n`);
    return;
  }
  const { captureText } = await import('../../../report/capture/capture-text.ts');
  const { colour, columns: width } = terminal();
  const text = captureText(report, { width, colour, verbose: false, source: 'live capture' });
  process.stdout.write(liveSummaryText(summary, { colour, analysis: summary.packets === 0 ? '' : text }));
}
