import { Option } from 'commander';
import { exitCodes } from '../../base/errors.ts';
import type { HalfopenCommand } from '../command.ts';
import { readDuration } from '../options.ts';

export interface WatchCommandOptions {
  readonly netns: string;
  readonly interval: number;
}

export const watchCommand: HalfopenCommand = {
  define: (program, done) => {
    program
      .command('watch')
      .description('Listeners live in this terminal, the worst first: queues, drops, states, open incidents.')
      .addOption(
        new Option(
          '--netns <which>',
          'all, self, a name, or a process id whose network namespace is meant',
        ).default('all'),
      )
      .addOption(
        new Option('--interval <duration>', 'how often the picture changes, in whole seconds')
          .argParser(readDuration)
          .default(1000, '1s'),
      )
      .addHelpText(
        'after',
        '\nKeys: q leaves, Enter opens a listener, s sorts, / filters, p pauses, ? tells all of them.',
      )
      .action(async (options: WatchCommandOptions) => {
        const { runWatch } = await import('./watch/run.ts');
        await runWatch(options);
        done({ exitCode: exitCodes.clean });
      });
  },
};
