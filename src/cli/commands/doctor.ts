import { type Command, Option } from 'commander';
import { diagnoseHost, type HostDiagnosis, systemClock } from '../../app/diagnose-host.ts';
import { writeWhole } from '../../app/saved-observation.ts';
import { exitCodes, usageError } from '../../base/errors.ts';
import { formatDurationMs } from '../../base/units.ts';
import { renderText } from '../../report/text.ts';
import { severities, type Severity } from '../../tcp/finding.ts';
import type { CommandResult, HalfopenCommand } from '../command.ts';
import { collectPorts, readDuration } from '../options.ts';
import { progressBar } from '../progress.ts';
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
    addOptions(program.command('doctor').description('Watch this host for a while, then say what is wrong, why, and what to do.')).action(
      async (options: DoctorOptions) => done(await runDoctor(options)),
    );
  },
};

function addOptions(command: Command): Command {
  return command
    .option('--for <duration>', 'how long to watch: 500ms, 10s, 2m', readDuration, 10_000)
    .option('--port <port>', 'only this port (may be repeated)', collectPorts, [])
    .option('--netns <which>', 'network namespaces: all, self, a name, a container id, or a pid', 'all')
    .addOption(new Option('--capture <when>', 'sample SYN, FIN and RST packets').choices(['auto', 'always', 'never']).default('auto'))
    .option('--kernel-log <file>', 'also read kernel messages from this file (syslog, dmesg or journalctl -k output)')
    .addOption(new Option('--json', 'print the report as JSON (contract version 1)').conflicts('markdown'))
    .option('--markdown', 'print the report as Markdown, for a ticket')
    .option('--html <file>', 'write the report as one self-contained page')
    .option('--save <file>', 'keep the whole observation, to judge it again elsewhere')
    .option('--from <file>', 'judge a kept observation instead of this host (any operating system)')
    .option('--redact', 'replace addresses and names in everything that is printed or saved')
    .addOption(new Option('--fail-on <severity>', 'exit with 1 from this severity on').choices(severities).default('warning'))
    .option('-v, --verbose', 'all evidence of all findings, information included');
}

async function runDoctor(options: DoctorOptions): Promise<CommandResult> {
  if (options.from !== undefined && options.save !== undefined && !options.redact) {
    throw usageError('combine', '--from with --save', 'That would only copy the file; add --redact to save a redacted copy.');
  }
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const progress = progressBar(`watching for ${formatDurationMs(options.for)}`);
  try {
    const diagnosis = await diagnoseHost({
      netns: options.netns,
      ports: options.port,
      windowMs: options.for,
      capture: options.capture,
      redact: options.redact === true,
      tool: { name: 'halfopen', version: version() },
      clock: systemClock,
      onProgress: progress.show,
      stop: stop.signal,
      ...(options.kernelLog === undefined ? {} : { kernelLogFile: options.kernelLog }),
      ...(options.save === undefined ? {} : { saveTo: options.save }),
      ...(options.from === undefined ? {} : { from: options.from }),
    });
    progress.end();
    await print(diagnosis, options);
    if (stop.signal.aborted) process.stderr.write('halfopen: interrupted; this is what was seen until then\n');
    return { exitCode: exitCodeFor(diagnosis, options.failOn) };
  } finally {
    progress.end();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** The renderers are loaded when they are asked for: most runs need one. */
async function print(diagnosis: HostDiagnosis, options: DoctorOptions): Promise<void> {
  if (options.html !== undefined) {
    const { renderHtml } = await import('../../report/html.ts');
    writeWhole(options.html, renderHtml(diagnosis), 'write the page to');
    process.stderr.write(`halfopen: wrote ${options.html}\n`);
  }
  if (options.save !== undefined) process.stderr.write(`halfopen: saved the observation to ${options.save}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify(diagnosis.report, null, 2)}\n`);
  else if (options.markdown) {
    const { renderMarkdown } = await import('../../report/markdown.ts');
    process.stdout.write(renderMarkdown(diagnosis));
  } else process.stdout.write(renderText(diagnosis, { ...terminal(), verbose: options.verbose === true }));
}

function exitCodeFor({ report }: HostDiagnosis, failOn: Severity): number {
  const threshold = severities.indexOf(failOn);
  const failed = report.findings.some((finding) => severities.indexOf(finding.severity) <= threshold);
  return failed ? exitCodes.findings : exitCodes.clean;
}
