import { type Command, Option } from 'commander';
import type { LabJob } from '../../app/lab/run-lab.ts';
import { exitCodes } from '../../base/errors.ts';
import type { LabRun } from '../../tcp/lab-run.ts';
import type { CommandResult, HalfopenCommand } from '../command.ts';
import { collectTexts, readCount, readFileName } from '../options.ts';

interface RunOptions {
  readonly set: readonly string[];
  readonly family: 'ipv4' | 'ipv6' | 'both';
  readonly seed: number;
  readonly jobs: number;
  readonly server?: string;
  readonly visible?: true;
  readonly json?: true;
  readonly html?: string;
  readonly keepCapture?: string;
  readonly verbose?: true;
}

export const labCommand: HalfopenCommand = {
  define: (program, done) => {
    const lab = program
      .command('lab')
      .description('Experiments in private network namespaces, predicted before they are measured.');
    defineList(lab, done);
    defineRun(lab, done);
    defineClean(lab, done);
  },
};

function defineList(lab: Command, done: (result: CommandResult) => void): void {
  lab
    .command('list')
    .description('What can be tried, and what can be set.')
    .argument('[name]', 'only this scenario, with its settings')
    .option('--json', 'print one JSON document')
    .action(async (name: string | undefined, options: { readonly json?: true }) => {
      const { listScenarios } = await import('./lab/list.ts');
      listScenarios(name, options.json === true);
      done({ exitCode: exitCodes.clean });
    });
}

function defineRun(lab: Command, done: (result: CommandResult) => void): void {
  lab
    .command('run')
    .description('Play a scenario: "all" plays every one of them.')
    .argument('<name...>', 'which scenario(s), or all')
    .addOption(
      new Option('--set <name=value>', 'change a setting of the scenario (may be repeated)')
        .argParser(collectTexts)
        .default([], 'see halfopen lab list NAME'),
    )
    .addOption(
      new Option('--family <which>', 'over IPv4, IPv6, or both, one after the other')
        .choices(['ipv4', 'ipv6', 'both'])
        .default('ipv4'),
    )
    .addOption(
      new Option('--seed <number>', 'of everything random: loss, jitter, forged addresses')
        .argParser(readCount)
        .default(1),
    )
    .addOption(
      new Option('--jobs <number>', 'how many scenarios run side by side').argParser(readCount).default(1),
    )
    .option(
      '--visible',
      'let halfopen serve and watch on this host see it: namespaces called halfopen-lab-NAME-server-..., 3 s before and 3 s after',
    )
    .option('--server <command>', 'put your own server program into the scenario')
    .addOption(new Option('--json', 'print one JSON document').conflicts('verbose'))
    .option('--html <file>', 'write the run as one self-contained page', readFileName)
    .option('--keep-capture <file>', 'keep the packets of a single run, for tcpdump and others', readFileName)
    .option('-v, --verbose', 'all checks with their tolerances, the whole ladder, the story')
    .action(async (names: readonly string[], options: RunOptions) => {
      const { runScenarios } = await import('./lab/run.ts');
      done({ exitCode: exitCodeOf(await runScenarios(names, options)) });
    });
}

function defineClean(lab: Command, done: (result: CommandResult) => void): void {
  lab
    .command('clean')
    .description('Remove what runs that were killed left behind; running ones are not touched.')
    .action(async () => {
      const { clean } = await import('./lab/clean.ts');
      done({ exitCode: clean() });
    });
}

function exitCodeOf(runs: { readonly done: readonly LabRun[]; readonly asked: readonly LabJob[] }): number {
  const all = runs.done.length === runs.asked.length && runs.done.every(({ passed }) => passed);
  return all ? exitCodes.clean : exitCodes.findings;
}

export type { RunOptions };
