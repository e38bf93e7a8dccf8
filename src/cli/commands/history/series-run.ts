import { seriesPast } from '../../../app/history/series-past.ts';
import { withHistory } from '../../../app/history/with-history.ts';
import { usageError } from '../../../base/errors.ts';
import { type SeriesOptions, steps } from './series.ts';
import { printJson, spanOf, storeOf, textOptions } from './where-and-when.ts';

export async function runSeries(options: SeriesOptions): Promise<void> {
  const { kind, listener, namespace, step } = options;
  if (listener !== undefined && kind !== 'listener')
    throw usageError('choose', `--listener ${listener} with --kind ${kind}`, 'Leave one of them out.');
  const nowMs = Date.now();
  const past = withHistory(storeOf(options), (reader) =>
    seriesPast(reader, {
      ...spanOf(options, nowMs),
      kind,
      ...(listener === undefined ? {} : { listener }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(step === undefined ? {} : { stepSeconds: steps[step] }),
    }),
  );
  if (options.json) {
    printJson(past);
    return;
  }
  const { seriesCsv, seriesText } = await import('../../../report/history/series-text.ts');
  process.stdout.write(options.csv ? seriesCsv(past) : seriesText(past, textOptions(nowMs, false)));
}
