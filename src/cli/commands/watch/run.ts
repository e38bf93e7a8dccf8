import { systemClock } from '../../../app/diagnose-host.ts';
import type { RecorderLog } from '../../../app/record/recorder-options.ts';
import { usageError } from '../../../base/errors.ts';
import { printableLine } from '../../../report/printable.ts';
import { terminal } from '../../terminal.ts';
import { version } from '../../version.ts';
import { loadView } from '../../watch/load-view.ts';
import type { WatchCommandOptions } from '../watch.ts';

const COMPLAINTS_KEPT = 10;
const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Records without a store and shows it, until somebody leaves. Throws HalfopenError where there is no terminal. */
export async function runWatch({ netns, interval }: WatchCommandOptions): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw usageError(
      'watch',
      'without a terminal',
      'halfopen listeners prints the same once; halfopen doctor judges it; halfopen serve records it.',
    );
  const everySeconds = interval / 1000;
  if (!Number.isInteger(everySeconds))
    throw usageError('draw each', `${interval} ms`, '--interval takes whole seconds: 1s, 5s.');
  const { startRecorder } = await import('../../../app/record/recorder.ts');
  const complaints: string[] = [];
  const recorder = await startRecorder({
    tool: { name: 'halfopen', version: version() },
    clock: systemClock,
    netns,
    blackBoxBytes: 0,
    log: keeping(complaints),
  });
  try {
    const { showWatch } = await loadView();
    const { colour } = terminal();
    await untilEnded((stop) => showWatch(recorder, { colour, everySeconds, stop }));
  } finally {
    await recorder.stop();
    for (const complaint of complaints) process.stderr.write(`halfopen: ${printableLine(complaint)}\n`);
  }
}

/** Not `interruptible`: Ink ends the program by a signal that nobody else listens to any more. */
async function untilEnded(work: (stop: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  for (const signal of endingSignals) process.on(signal, end);
  try {
    await work(stop.signal);
  } finally {
    for (const signal of endingSignals) process.off(signal, end);
  }
}

/** The terminal is not for a log: what went wrong is told at the end. */
function keeping(complaints: string[]): RecorderLog {
  return {
    info: () => {},
    warn: () => {},
    error: (message) => {
      if (complaints.length < COMPLAINTS_KEPT) complaints.push(message);
    },
  };
}
