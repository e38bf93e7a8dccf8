import { Argument, type Command, Option } from 'commander';
import type { CommandResult } from '../../command.ts';
import { readFileName } from '../../options.ts';

/** "good" and "unknown" lines are nothing to fail for. */
const failLevels = ['harmful', 'obsolete', 'situational'] as const;

export interface LintOptions {
  readonly root?: string;
  readonly kernel?: string;
  readonly failOn: (typeof failLevels)[number];
  readonly json?: true;
  readonly sarif?: true;
}

export function defineLint(tune: Command, done: (result: CommandResult) => void): void {
  tune
    .command('lint')
    .description(
      'Judge every line of sysctl.conf files: good, depending on the case, harmful, obsolete or unrelated.',
    )
    .addArgument(
      new Argument(
        '[file...]',
        'files in the order in which they are applied, - for standard input; without: those of this host, as sysctl --system reads them',
      ),
    )
    .addOption(new Option('--root <folder>', 'the host’s files below another folder').argParser(readFileName))
    .addOption(
      new Option('--kernel <version>', 'judge for another kernel, e.g. 6.1').default(
        undefined,
        'this host’s',
      ),
    )
    .addOption(
      new Option('--fail-on <judgement>', 'exit with 1 for this and worse')
        .choices(failLevels)
        .default('harmful'),
    )
    .addOption(new Option('--json', 'print one JSON document').conflicts('sarif'))
    .option('--sarif', 'print SARIF 2.1.0, for code hosts and CI systems')
    .action(async (files: readonly string[], options: LintOptions) => {
      const { runLint } = await import('./lint-run.ts');
      done({ exitCode: await runLint(files, options) });
    });
}
