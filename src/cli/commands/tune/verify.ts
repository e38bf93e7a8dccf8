import { Argument, type Command, Option } from 'commander';
import type { CommandResult } from '../../command.ts';
import { readDuration } from '../../options.ts';

export interface VerifyOptions {
  readonly for: number;
  readonly json?: true;
}

export function defineVerify(tune: Command, done: (result: CommandResult) => void): void {
  tune
    .command('verify')
    .description(
      'Look again: which changes of a plan are in force, which still wait, and whether the findings are gone.',
    )
    .addArgument(new Argument('<plan>', 'what tune plan --out wrote, - for standard input'))
    .addOption(
      new Option('--for <duration>', 'how long to watch: 500ms, 10s, 2m')
        .argParser(readDuration)
        .default(5000, '5s'),
    )
    .option('--json', 'print one JSON document')
    .action(async (plan: string, options: VerifyOptions) => {
      const { runVerify } = await import('./verify-run.ts');
      done({ exitCode: await runVerify(plan, options) });
    });
}
