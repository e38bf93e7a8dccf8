import { type Command, Option } from 'commander';
import { type Severity, severities } from '../../../tcp/finding.ts';
import type { CommandResult } from '../../command.ts';
import { readFileName } from '../../options.ts';

export interface AnalyzeCommandOptions {
  readonly json?: true;
  readonly connections?: true;
  readonly connectionsCsv?: string;
  readonly filter?: string;
  readonly ladder?: string;
  readonly html?: string;
  readonly failOn: Severity;
  readonly verbose?: true;
}

/** Adds `capture analyze`. */
export function defineAnalyze(capture: Command, done: (result: CommandResult) => void): void {
  capture
    .command('analyze')
    .description('Say what happened to each connection of a capture: pcap or pcapng, plain, gzip or zstd.')
    .argument('<file>', 'the capture; - reads standard input, also while it is still being written')
    .option('--json', 'print one JSON document (contract version 1)')
    .option('--connections', 'with --json: every connection too')
    .option(
      '--connections-csv <file>',
      'write a table of the connections, or of those that fit --filter',
      readFileName,
    )
    .option('--filter <expression>', "list only these, e.g. 'judgement=slow-open and port=443'")
    .addOption(
      new Option(
        '--ladder <connection>',
        'draw one connection: its number, an endpoint, or a judgement',
      ).conflicts(['json', 'html', 'connectionsCsv', 'connections', 'filter']),
    )
    .option('--html <file>', 'write one self-contained page with charts and ladders', readFileName)
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 from this severity on')
        .choices(severities)
        .default('warning'),
    )
    .option('-v, --verbose', 'all findings, listeners and examples in full')
    .action(async (file: string, options: AnalyzeCommandOptions) => {
      const { runAnalyze } = await import('./analyze-run.ts');
      done(await runAnalyze(file, options));
    });
}
