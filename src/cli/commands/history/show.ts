import { type Command, Option } from 'commander';
import { exitCodes } from '../../../base/errors.ts';
import type { CommandResult } from '../../command.ts';
import { type HistoryOptions, withStore } from './history-options.ts';

export interface ShowOptions extends HistoryOptions {
  readonly json?: true;
  readonly verbose?: true;
}

export function defineShow(history: Command, done: (result: CommandResult) => void): void {
  withStore(history.command('show'))
    .description('One incident: what happened, why, what it was not, what to do, who was affected.')
    .argument('<id>', 'its id, or the beginning of it')
    .addOption(new Option('--json', 'print one JSON document').conflicts('verbose'))
    .option('-v, --verbose', 'where each number came from')
    .action(async (id: string, options: ShowOptions) => {
      const { runShow } = await import('./show-run.ts');
      await runShow(id, options);
      done({ exitCode: exitCodes.clean });
    });
}
