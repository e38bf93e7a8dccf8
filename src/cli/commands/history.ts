import { Option } from 'commander';
import { exitCodes } from '../../base/errors.ts';
import type { HalfopenCommand } from '../command.ts';
import { defineExport } from './history/export.ts';
import { type SpanOptions, withSpan, withStore } from './history/history-options.ts';
import { defineSeries } from './history/series.ts';
import { defineShow } from './history/show.ts';

export interface OverviewOptions extends SpanOptions {
  readonly json?: true;
  readonly verbose?: true;
}

export const historyCommand: HalfopenCommand = {
  define: (program, done) => {
    // "--json" behind a subcommand is the subcommand's.
    const history = program
      .enablePositionalOptions()
      .command('history')
      .enablePositionalOptions()
      .description('What halfopen serve has recorded: incidents, and what each listener did.');
    withSpan(withStore(history))
      .addOption(new Option('--json', 'print one JSON document').conflicts('verbose'))
      .option('-v, --verbose', 'all incidents and all listeners')
      .action(async (options: OverviewOptions) => {
        const { runOverview } = await import('./history/overview-run.ts');
        await runOverview(options);
        done({ exitCode: exitCodes.clean });
      });
    defineShow(history, done);
    defineSeries(history, done);
    defineExport(history, done);
    history.addHelpText(
      'after',
      '\nThe exit code is 0 whatever was found: it looks back. halfopen doctor judges what is now.',
    );
  },
};
