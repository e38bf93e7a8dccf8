import { type Command, Option } from 'commander';
import { exitCodes } from '../../../base/errors.ts';
import { type SeriesKind, seriesKinds } from '../../../tcp/recording/channel.ts';
import type { CommandResult } from '../../command.ts';
import { type SpanOptions, withSpan, withStore } from './history-options.ts';

export const steps = { '1s': 1, '10s': 10, '1m': 60 } as const;

export interface SeriesOptions extends SpanOptions {
  readonly kind: SeriesKind;
  readonly listener?: string;
  readonly namespace?: string;
  readonly step?: keyof typeof steps;
  readonly json?: true;
  readonly csv?: true;
}

export function defineSeries(history: Command, done: (result: CommandResult) => void): void {
  withSpan(withStore(history.command('series')))
    .description('What was recorded of each listener, namespace or of the host, step by step.')
    .addOption(new Option('--kind <what>', 'of what').choices(seriesKinds).default('listener'))
    .option('--listener <address:port>', 'only this listener: 0.0.0.0:24224, [::]:80')
    .option('--namespace <name>', 'only what is in this network namespace')
    .addOption(
      new Option('--step <length>', 'coarser where finer is no longer kept')
        .choices(Object.keys(steps))
        .default(undefined, 'the finest with at most 3,600 rows'),
    )
    .addOption(new Option('--json', 'print one JSON document').conflicts('csv'))
    .option('--csv', 'print a line for each step')
    .action(async (options: SeriesOptions) => {
      const { runSeries } = await import('./series-run.ts');
      await runSeries(options);
      done({ exitCode: exitCodes.clean });
    });
}
