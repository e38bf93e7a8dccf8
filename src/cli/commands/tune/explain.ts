import { Argument, type Command, Option } from 'commander';
import { exitCodes } from '../../../base/errors.ts';
import type { CommandResult } from '../../command.ts';

export interface ExplainOptions {
  readonly search?: string;
  readonly kernel?: string;
  readonly json?: true;
}

export function defineExplain(tune: Command, done: (result: CommandResult) => void): void {
  tune
    .command('explain')
    .description('What a kernel parameter does, what it does not, and what common advice on it is worth.')
    .addArgument(
      new Argument(
        '[parameter]',
        'tcp_tw_reuse, net.ipv4.tcp_tw_reuse, a part of a name, or tcp_tw_reuse=1 to have a value judged; without it: all of them',
      ),
    )
    .option('--search <word>', 'parameters of which anything said holds the word')
    .addOption(
      new Option('--kernel <version>', 'the defaults and rules of another kernel, e.g. 6.1').default(
        undefined,
        'this host’s',
      ),
    )
    .option('--json', 'print one JSON document')
    .action(async (asked: string | undefined, options: ExplainOptions) => {
      const { runExplain } = await import('./explain-run.ts');
      await runExplain(asked, options);
      done({ exitCode: exitCodes.clean });
    });
}
