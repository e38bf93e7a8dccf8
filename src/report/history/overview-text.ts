import { plural } from '../../base/units.ts';
import type { HistoryOverview } from '../../tcp/recording/history.ts';
import { wrapText } from '../wrap-text.ts';
import { type HistoryContext, type HistoryTextOptions, historyContext, spanText } from './history-context.ts';
import { incidentLines } from './incident-lines.ts';
import { pastListenerLines } from './past-listener-lines.ts';
import { recordedLines } from './recorded-lines.ts';

const ON_ONE_SCREEN = 10;

/** What `history` prints in a terminal: the verdict, incidents, what was recorded and what was not. */
export function historyText(overview: HistoryOverview, options: HistoryTextOptions): string {
  const context = historyContext(options);
  const { paint, columns } = context;
  const sections = [
    wrapText(scopeOf(overview, context).join(' · '), columns).map((line) => paint.dim(line)),
    wrapText(verdictOf(overview, context), columns).map((line) => paint.bold(line)),
    recordedLines(overview, context),
    ...incidentSections(overview, context),
    pastListenerLines(overview, context),
  ];
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${text.join('\n\n')}\n`;
}

function scopeOf(overview: HistoryOverview, { when }: HistoryContext): readonly string[] {
  const { hostname, store, fromMs, toMs } = overview;
  return [...(hostname === null ? [] : [hostname]), `${when(fromMs)} to ${when(toMs)}`, store];
}

/** "3 incidents in the last hour; 0.0.0.0:24224 dropped 1,204 segments". */
function verdictOf(overview: HistoryOverview, context: HistoryContext): string {
  const { incidents, listeners, fromMs, toMs } = overview;
  const open = incidents.filter(({ closedMs }) => closedMs === null).length;
  const count = incidents.length === 0 ? 'No incident' : plural(incidents.length, 'incident');
  const still = open === 0 ? '' : ` (${open} still open)`;
  const dropping = listeners.filter(({ drops }) => (drops ?? 0) > 0);
  const [worst, ...others] = dropping;
  const dropped =
    worst === undefined ? '' : `; ${worst.listener} dropped ${plural(worst.drops ?? 0, 'segment')}`;
  const more = others.length === 0 ? '' : `, ${plural(others.length, 'other listener')} dropped as well`;
  return `${count}${still} ${spanText(fromMs, toMs, context)}${dropped}${more}`;
}

function incidentSections(
  { incidents }: HistoryOverview,
  context: HistoryContext,
): readonly (readonly string[])[] {
  const { paint, verbose } = context;
  const shown = verbose ? incidents : incidents.slice(0, ON_ONE_SCREEN);
  const [first] = shown;
  if (first === undefined) return [];
  const rest = incidents.length - shown.length;
  const older = rest > 0 ? `and ${plural(rest, 'older one')} with --verbose; ` : '';
  return [
    ...shown.map((incident) => incidentLines(incident, context)),
    [paint.dim(`${older}halfopen history show ${first.id} tells more`)],
  ];
}
