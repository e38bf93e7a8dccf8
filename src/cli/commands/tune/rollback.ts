import { Argument, type Command } from 'commander';
import type { CommandResult } from '../../command.ts';
import { stateOption } from './apply.ts';

export interface RollbackOptions {
  readonly list?: true;
  readonly force?: true;
  readonly state?: string;
  readonly json?: true;
}

export function defineRollback(tune: Command, done: (result: CommandResult) => void): void {
  tune
    .command('rollback')
    .description(
      'Put back exactly what tune apply changed: values, drop-in and configurations, also after a crash.',
    )
    .addArgument(new Argument('[id]', 'what tune apply said; without it: the last one'))
    .option('--list', 'what was applied, and what became of it')
    .option('--force', 'put back also what somebody has changed since')
    .addOption(stateOption())
    .option('--json', 'print one JSON document')
    .action(async (id: string | undefined, options: RollbackOptions) => {
      const { runRollback } = await import('./rollback-run.ts');
      done({ exitCode: runRollback(id, options) });
    });
}
