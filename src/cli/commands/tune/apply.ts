import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import type { CommandResult } from '../../command.ts';
import { readFileName } from '../../options.ts';

export interface ApplyOptions {
  readonly yes?: true;
  readonly editConfig?: true;
  readonly dryRun?: true;
  readonly forceStale?: true;
  readonly with: readonly number[];
  readonly state?: string;
  readonly root?: string;
  readonly json?: true;
}

export function defineApply(tune: Command, done: (result: CommandResult) => void): void {
  tune
    .command('apply')
    .description(
      'Make the changes of a plan: values now and at the next boot, each written down before, so that rollback undoes it. Restarts nothing.',
    )
    .addArgument(new Argument('<plan>', 'what tune plan --out wrote, - for standard input'))
    .option('--yes', 'do not ask; without a terminal it is needed')
    .option('--edit-config', 'also edit the configuration of servers')
    .option('--dry-run', 'show what would be made, and make nothing')
    .option('--force-stale', 'also where values have changed since the plan was made')
    .addOption(
      new Option('--with <numbers>', 'also changes that the plan has on request, e.g. 3,5')
        .argParser(readNumbers)
        .default([], 'none'),
    )
    .addOption(stateOption())
    .addOption(
      new Option('--root <folder>', 'write everything below another folder: an image, a test').argParser(
        readFileName,
      ),
    )
    .option('--json', 'print one JSON document: what was made')
    .action(async (plan: string, options: ApplyOptions) => {
      const { runApply } = await import('./apply-run.ts');
      done({ exitCode: await runApply(plan, options) });
    });
}

export function stateOption(): Option {
  return new Option('--state <folder>', 'where journals and copies are kept')
    .argParser(readFileName)
    .default(undefined, '/var/lib/halfopen/tune');
}

function readNumbers(text: string, before: readonly number[]): readonly number[] {
  const numbers = text.split(',').map(Number);
  if (!/^\d+(,\d+)*$/.test(text)) throw new InvalidArgumentError('It takes numbers of the plan: 3,5.');
  return [...before, ...numbers];
}
