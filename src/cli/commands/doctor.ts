import { type Command, Option } from 'commander';
import { diagnoseHost, type HostDiagnosis, systemClock } from '../../app/diagnose-host.ts';
import { saveObservation } from '../../app/saved-observation.ts';
import { refuseUnwritable, writeWhole } from '../../app/write-whole.ts';
import { usageError } from '../../base/errors.ts';
import { formatDurationMs } from '../../base/units.ts';
import { renderText } from '../../report/text.ts';
import { type Severity, severities } from '../../tcp/finding.ts';
import { asContract } from '../../tcp/report.ts';
import type { CommandResult, HalfopenCommand } from '../command.ts';
import { exitCodeFor } from '../exit-code-for.ts';
import { interruptible } from '../interruptible.ts';
import { collectPorts, readDuration, readFileName } from '../options.ts';
import { type Progress, progressBar } from '../progress.ts';
import { terminal } from '../terminal.ts';
import { version } from '../version.ts';

interface DoctorOptions {
  readonly for: number;
  readonly port: readonly number[];
  readonly netns: string;
  readonly capture: 'auto' | 'always' | 'never';
  readonly kernelLog?: string;
  readonly json?: true;
  readonly markdown?: true;
  readonly html?: string;
  readonly save?: string;
  readonly from?: string;
  readonly redact?: true;
  readonly failOn: Severity;
  readonly verbose?: true;
}

export const doctorCommand: HalfopenCommand = {
  define: (program, done) => {
    addOptions(
      program
        .command('doctor')
        .description('Watch this host for a while, then say what is wrong, why, and what to do.'),
    ).action(async (options: DoctorOptions) => done(await runDoctor(options)));
  },
};

function addOptions(command: Command): Command {
  const duration = new Option('--for <duration>', 'how long to watch: 500ms, 10s, 2m').argParser(
    readDuration,
  );
  const port = new Option('--port <port>', 'only this port (may be repeated)').argParser(collectPorts);
  const from = new Option(
    '--from <file>',
    'judge a kept observation instead of this host (any operating system)',
  );
  return command
    .addOption(duration.default(10_000, '10s'))
    .addOption(port.default([], 'all'))
    .option('--netns <which>', 'network namespaces: all, self, a name, a container id, or a pid', 'all')
    .addOption(
      new Option('--capture <when>', 'sample SYN, FIN and RST packets')
        .choices(['auto', 'always', 'never'])
        .default('auto'),
    )
    .option(
      '--kernel-log <file>',
      'also read kernel messages from this file (syslog, dmesg or journalctl -k output)',
      readFileName,
    )
    .addOption(new Option('--json', 'print the report as JSON (contract version 1)').conflicts('markdown'))
    .option('--markdown', 'print the report as Markdown, for a ticket')
    .option('--html <file>', 'write the report as one self-contained page', readFileName)
    .option('--save <file>', 'keep the whole observation, to judge it again elsewhere', readFileName)
    .addOption(from.argParser(readFileName).conflicts(['for', 'netns', 'capture', 'kernelLog']))
    .option('--redact', 'replace addresses and names in everything that is printed or saved')
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 from this severity on')
        .choices(severities)
        .default('warning'),
    )
    .option('-v, --verbose', 'all evidence of all findings, information included');
}

async function runDoctor(options: DoctorOptions): Promise<CommandResult> {
  refuseInVain(options);
  const progress = progressBar(`watching for ${formatDurationMs(options.for)}`);
  try {
    return await interruptible((stop) => watchAndTell(options, progress, stop), progress.end);
  } finally {
    progress.end();
  }
}

async function watchAndTell(
  options: DoctorOptions,
  progress: Progress,
  stop: AbortSignal,
): Promise<CommandResult> {
  const diagnosis = await diagnoseHost({
    netns: options.netns,
    ports: options.port,
    windowMs: options.for,
    capture: options.capture,
    redact: options.redact === true,
    tool: { name: 'halfopen', version: version() },
    clock: systemClock,
    onProgress: progress.show,
    stop,
    ...(options.kernelLog === undefined ? {} : { kernelLogFile: options.kernelLog }),
    ...(options.from === undefined ? {} : { from: options.from }),
  });
  progress.end();
  const failed = await writeFiles(diagnosis, options);
  await print(diagnosis, options);
  if (stop.aborted) process.stderr.write('halfopen: interrupted; this is what was seen until then\n');
  for (const note of diagnosis.notes) process.stderr.write(`halfopen: ${note}\n`);
  if (failed !== undefined) throw failed;
  return { exitCode: exitCodeFor(diagnosis.report.findings, options.failOn) };
}

/** What cannot end well is said before the window, not after it. */
function refuseInVain(options: DoctorOptions): void {
  if (options.from !== undefined && options.save !== undefined && !options.redact) {
    throw usageError(
      'combine',
      '--from with --save',
      'That would only copy the file; add --redact to save a redacted copy.',
    );
  }
  if (options.save !== undefined) refuseUnwritable(options.save, 'save the observation to');
  if (options.html !== undefined) refuseUnwritable(options.html, 'write the page to');
}

/** A file that cannot be written must not cost the report: the first failure is given back, to be thrown when it is printed. */
async function writeFiles(diagnosis: HostDiagnosis, { save, html }: DoctorOptions): Promise<unknown> {
  try {
    if (save !== undefined) {
      saveObservation(save, diagnosis.observation);
      process.stderr.write(`halfopen: saved the observation to ${save}\n`);
    }
    if (html !== undefined) {
      const { renderHtml } = await import('../../report/html.ts');
      writeWhole(html, renderHtml(diagnosis), 'write the page to');
      process.stderr.write(`halfopen: wrote ${html}\n`);
    }
    return undefined;
  } catch (error) {
    return error;
  }
}

/** The renderers are loaded when they are asked for: most runs need one. */
async function print(diagnosis: HostDiagnosis, options: DoctorOptions): Promise<void> {
  if (options.json) process.stdout.write(`${JSON.stringify(asContract(diagnosis.report), null, 2)}\n`);
  else if (options.markdown) {
    const { renderMarkdown } = await import('../../report/markdown.ts');
    process.stdout.write(renderMarkdown(diagnosis));
  } else process.stdout.write(renderText(diagnosis, { ...terminal(), verbose: options.verbose === true }));
}
