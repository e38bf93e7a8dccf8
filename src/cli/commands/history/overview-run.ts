import { lookBack } from '../../../app/history/look-back.ts';
import { withHistory } from '../../../app/history/with-history.ts';
import type { OverviewOptions } from '../history.ts';
import { printJson, spanOf, storeOf, textOptions } from './where-and-when.ts';

export async function runOverview(options: OverviewOptions): Promise<void> {
  const nowMs = Date.now();
  const { fromMs, toMs } = spanOf(options, nowMs);
  const overview = withHistory(storeOf(options), (reader) => lookBack(reader, fromMs, toMs));
  if (options.json) {
    printJson(overview);
    return;
  }
  const { historyText } = await import('../../../report/history/overview-text.ts');
  process.stdout.write(historyText(overview, textOptions(nowMs, options.verbose === true)));
}
