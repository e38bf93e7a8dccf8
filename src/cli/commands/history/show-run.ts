import { findIncident } from '../../../app/history/find-incident.ts';
import { withHistory } from '../../../app/history/with-history.ts';
import type { ShowOptions } from './show.ts';
import { printJson, storeOf, textOptions } from './where-and-when.ts';

export async function runShow(id: string, options: ShowOptions): Promise<void> {
  const { document, detail } = withHistory(storeOf(options), (reader) => findIncident(reader, id));
  if (options.json) {
    printJson(document);
    return;
  }
  const { incidentText } = await import('../../../report/history/incident-text.ts');
  process.stdout.write(incidentText(document, detail, textOptions(Date.now(), options.verbose === true)));
}
