import { type Command, Option } from 'commander';
import type { CommandResult } from '../../command.ts';
import { collectPorts, readDuration, readFileName } from '../../options.ts';

export interface PlanOptions {
  readonly report?: string;
  readonly netns: string;
  readonly port: readonly number[];
  readonly for: number;
  readonly json?: true;
  readonly out?: string;
}

export function definePlan(tune: Command, done: (result: CommandResult) => void): void {
  tune
    .command('plan')
    .description(
      'Turn what the doctor finds into changes with their numbers and reasons, and say what is left alone. Changes nothing.',
    )
    .addOption(
      new Option(
        '--report <file>',
        'plan from what doctor --json printed or doctor --save kept, instead of watching',
      )
        .argParser(readFileName)
        .conflicts(['for', 'netns', 'port']),
    )
    .option('--netns <which>', 'network namespaces: all, self, a name, a container id, or a pid', 'all')
    .addOption(
      new Option('--port <port>', 'only this port (may be repeated)')
        .argParser(collectPorts)
        .default([], 'all'),
    )
    .addOption(
      new Option('--for <duration>', 'how long to watch: 500ms, 10s, 2m')
        .argParser(readDuration)
        .default(10_000, '10s'),
    )
    .option('--json', 'print the plan as one JSON document, which tune apply reads')
    .addOption(new Option('--out <file>', 'write that document to a file').argParser(readFileName))
    .action(async (options: PlanOptions) => {
      const { runPlan } = await import('./plan-run.ts');
      done({ exitCode: await runPlan(options) });
    });
}
