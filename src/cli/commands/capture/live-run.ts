import { captureLive } from '../../../app/capture/live/capture-live.ts';
import type { LiveProgress, LiveSummary } from '../../../app/capture/live/live-capture.ts';
import { systemClock } from '../../../app/diagnose-host.ts';
import { exitCodes, usageError } from '../../../base/errors.ts';
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
  const { summary, failed } = await captureLive({
    netns: options.netns,
    ports: options.port,
    snapBytes: options.snap,
    bufferBytes: options.buffer,
    tool: { name: 'halfopen', version: version() },
    clock: systemClock,
    stop,
    onProgress: teller(line),
    ...(options.interface === undefined ? {} : { interface: options.interface }),
    ...(options.for === undefined ? {} : { forMs: options.for }),
    ...(options.write === undefined ? {} : { write: options.write }),
    ...(options.ring === undefined ? {} : { ring: options.ring }),
  });
  line.end();
  print(summary, options);
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

function print(summary: LiveSummary, { json }: LiveOptions): void {
  const text = json ? `${JSON.stringify(summary, null, 2)}\n` : liveSummaryText(summary, terminal());
  process.stdout.write(text);
}
