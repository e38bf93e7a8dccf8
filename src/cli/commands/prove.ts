import { Option } from 'commander';
import type { HalfopenCommand } from '../command.ts';
import { readFileName } from '../options.ts';

export interface ProveCommandOptions {
  readonly report?: string;
  readonly subject?: string;
  readonly family?: 'ipv4' | 'ipv6';
  readonly json?: true;
  readonly html?: string;
  readonly verbose?: true;
}

export const proveCommand: HalfopenCommand = {
  define: (program, done) => {
    program
      .command('prove')
      .description(
        'Rebuild what the doctor found in private network namespaces, and show there whether its remedy works.',
      )
      .argument('<finding-id>', 'the id of a finding: accept-queue-overflow, ...')
      .addOption(
        new Option(
          '--report <file>',
          'what doctor --json printed ("-" reads it from stdin); without it this host is observed for 10 s first',
        ).argParser(readFileName),
      )
      .option(
        '--subject <text>',
        'of several findings of this id the one whose title or subject contains this',
      )
      .addOption(new Option('--family <which>', "instead of the finding's own").choices(['ipv4', 'ipv6']))
      .addOption(new Option('--json', 'print one JSON document').conflicts('verbose'))
      .option('--html <file>', 'write the proof as one self-contained page', readFileName)
      .option('-v, --verbose', 'both runs in full')
      .action(async (id: string, options: ProveCommandOptions) => {
        const { runProve } = await import('./prove/run.ts');
        done({ exitCode: await runProve(id, options) });
      });
  },
};
