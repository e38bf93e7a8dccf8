import { clockTime } from '../../base/local-time.ts';
import { formatCount, formatDurationMs, plural } from '../../base/units.ts';
import { severities } from '../../tcp/finding.ts';
import { sentenceCase } from '../sentence-case.ts';
import { severityPaint, severitySign } from '../severity-sign.ts';
import { hanging } from '../wrap-text.ts';
import { fitLine } from './fit-line.ts';
import { countText } from './queue-picture.ts';
import { withRight } from './table-lines.ts';
import type { WatchContext } from './watch-context.ts';
import type { WatchModel, WatchNamespace } from './watch-model.ts';

/** Host and totals, what cannot be seen, and the open incidents: at most `height` lines. */
export function headLines(model: WatchModel, height: number, context: WatchContext): readonly string[] {
  const [host = '', ...more] = [hostLine(model, context), totalsLine(model, context)];
  const unseen = unseenLine(model, context);
  const spare = Math.max(0, height - 2 - unseen.length);
  const incidents = incidentLines(model, spare, context);
  const states = namespaceLines(model, spare - incidents.length, context);
  return [host, ...more, ...states, ...unseen, ...incidents].slice(0, height);
}

function hostLine(
  { status, listeners, namespaces, atSecond, choice }: WatchModel,
  context: WatchContext,
): string {
  const { columns, paint, utcOffset } = context;
  const where = `${status.hostname} · Linux ${status.kernelRelease}`;
  const what = `${plural(listeners, 'listener')} in ${plural(namespaces.length, 'network namespace')}`;
  const time = atSecond === undefined ? '' : clockTime(atSecond * 1000, utcOffset);
  const right = choice.isPaused ? `PAUSED at ${time}` : time;
  const line = withRight(fitLine(`${where} · ${what}`, columns - right.length - 2), right, columns);
  return choice.isPaused ? paint.yellow(line) : paint.bold(line);
}

const totals = [
  { name: 'passiveOpens', label: 'accepted', unit: '/s' },
  { name: 'listenDrops', label: 'listen drops', unit: '/s' },
  { name: 'retransmittedSegments', label: 'sent again', unit: '/s' },
  { name: 'synRecv', label: 'SYN_RECV', unit: '' },
  { name: 'established', label: 'ESTABLISHED', unit: '' },
  { name: 'timeWait', label: 'TIME_WAIT', unit: '' },
  { name: 'closeWait', label: 'CLOSE_WAIT', unit: '' },
] as const;

function totalsLine({ namespaces }: WatchModel, { columns, paint }: WatchContext): string {
  return paint.dim(
    fitLine(
      stateText((name) => sumOf(namespaces, name)),
      columns,
    ),
  );
}

function stateText(channelOf: (name: string) => number | undefined): string {
  return totals.map(({ name, label, unit }) => `${label} ${countText(channelOf(name))}${unit}`).join(' · ');
}

function sumOf(namespaces: readonly WatchNamespace[], name: string): number | undefined {
  const known = namespaces.flatMap(({ now }) => now[name] ?? []);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}

const NAMESPACES_SHOWN = 4;

/** With several, each of them, where there is room. */
function namespaceLines(
  { namespaces }: WatchModel,
  room: number,
  { columns, paint }: WatchContext,
): readonly string[] {
  if (namespaces.length < 2 || namespaces.length > Math.min(NAMESPACES_SHOWN, room)) return [];
  return namespaces.map(({ name, now }) =>
    paint.dim(fitLine(`  ${name}: ${stateText((channel) => now[channel])}`, columns)),
  );
}

export function namespaceText({ name, now }: WatchNamespace): string {
  return `${name}: ${stateText((channel) => now[channel])}`;
}

function unseenLine({ status }: WatchModel, { columns, paint }: WatchContext): readonly string[] {
  const [first] = status.unseen;
  if (first === undefined) return [];
  const more = status.unseen.length - 1;
  return [
    paint.dim(
      fitLine(`Cannot see: ${first}${more > 0 ? ` (and ${formatCount(more)} more: ?)` : ''}`, columns),
    ),
  ];
}

/** Worst first, one line each; those without room are counted. */
function incidentLines(model: WatchModel, room: number, context: WatchContext): readonly string[] {
  const { paint, columns } = context;
  const incidents = model.incidents.toSorted(
    (a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || b.openedMs - a.openedMs,
  );
  const shown = incidents.length > room ? incidents.slice(0, Math.max(0, room - 1)) : incidents;
  const rest = incidents.length - shown.length;
  return [
    ...shown.map(({ severity, title, openedMs }) => {
      const sign = severitySign(severity);
      const age = sinceText(openedMs, model);
      const text = withRight(fitLine(sentenceCase(title), columns - 4 - age.length), age, columns - 2);
      return `${severityPaint(severity, paint)(sign)} ${paint.bold(text)}`;
    }),
    ...(rest > 0 && room > 0
      ? [paint.yellow(fitLine(`  and ${plural(rest, 'more open incident')}`, columns))]
      : []),
  ];
}

export function sinceText(openedMs: number, { atSecond }: Pick<WatchModel, 'atSecond'>): string {
  return atSecond === undefined
    ? ''
    : `for ${formatDurationMs(Math.max(0, (atSecond + 1) * 1000 - openedMs))}`;
}

/** All that cannot be seen, for the help page. */
export function unseenLines({ status }: WatchModel, { columns }: WatchContext): readonly string[] {
  return status.unseen.flatMap((one) => hanging('  ', one, columns));
}
