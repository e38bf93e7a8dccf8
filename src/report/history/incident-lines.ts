import { formatDurationMs } from '../../base/units.ts';
import type { Incident } from '../../tcp/recording/incident.ts';
import { sentenceCase } from '../sentence-case.ts';
import { severityPaint, severitySign } from '../severity-sign.ts';
import { hanging, shorten, widthOf } from '../wrap-text.ts';
import type { HistoryContext } from './history-context.ts';

/** An open incident is judged every few seconds: one that was not seen for so long has lost its recorder. */
const ABANDONED_AFTER_MS = 60_000;

/** When, how long, of whom, and the sentence below. */
export function incidentLines(incident: Incident, context: HistoryContext): readonly string[] {
  const { paint, when, columns } = context;
  const sign = severityPaint(incident.severity, paint)(severitySign(incident.severity));
  const left = `${when(incident.openedMs)}  ${durationText(incident, context)}`;
  const id = shorten(incident.id, columns);
  const room = columns - 6 - widthOf(left) - widthOf(id);
  const where = shorten(placeOf(incident), Math.max(0, room));
  const gap = ' '.repeat(Math.max(2, columns - 4 - widthOf(left) - widthOf(where) - widthOf(id)));
  return [
    `${sign} ${left}  ${where}${gap}${paint.dim(id)}`,
    ...hanging('  ', sentenceCase(incident.title), columns).map((line) => `  ${paint.bold(line.slice(2))}`),
  ];
}

function placeOf({ subject, namespace }: Incident): string {
  return subject === '' ? namespace : `${subject} in ${namespace}`;
}

/** "for 12.4 s", "for a moment", "open for 41.0 s". */
export function durationText(
  { openedMs, closedMs, updatedMs }: Incident,
  { nowMs }: Pick<HistoryContext, 'nowMs'>,
): string {
  if (closedMs !== null)
    return closedMs <= openedMs ? 'for a moment' : `for ${formatDurationMs(closedMs - openedMs)}`;
  if (nowMs - updatedMs > ABANDONED_AFTER_MS) return 'open when its recorder ended';
  return `open for ${formatDurationMs(Math.max(0, nowMs - openedMs))}`;
}
