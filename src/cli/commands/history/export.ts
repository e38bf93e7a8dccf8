import { type Command, Option } from 'commander';
import { exitCodes } from '../../../base/errors.ts';
import type { CommandResult } from '../../command.ts';
import { readFileName } from '../../options.ts';
import { type HistoryOptions, withStore } from './history-options.ts';

export interface ExportOptions extends HistoryOptions {
  readonly pcapng?: string;
  readonly json?: string;
  readonly force?: true;
}

export function defineExport(history: Command, done: (result: CommandResult) => void): void {
  withStore(history.command('export'))
    .description('Take an incident out of the store: its packets, or all that was kept of it in words.')
    .argument('<id>', 'its id, or the beginning of it')
    .addOption(
      new Option('--pcapng <file>', 'the packets of its black box; - for standard output')
        .argParser(readFileName)
        .conflicts('json'),
    )
    .option('--json <file>', 'what history show --json prints; - for standard output', readFileName)
    .option('--force', 'replace a file that exists')
    .action(async (id: string, options: ExportOptions) => {
      const { runExport } = await import('./export-run.ts');
      runExport(id, options);
      done({ exitCode: exitCodes.clean });
    });
}
