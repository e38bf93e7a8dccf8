/** The listeners of a capture as a table in a terminal. */
import { formatCount } from '../../base/units.ts';
import type { CaptureReport } from '../../tcp/capture.ts';
import { alignedColumns } from '../lab/aligned-columns.ts';
import { printable } from '../printable.ts';
import type { TextContext } from '../text-context.ts';
import { hanging } from '../wrap-text.ts';
import { type ListenerFacts, listenerFacts } from './listener-facts.ts';

const onOneScreen = 5;

const headings: readonly (readonly [keyof ListenerFacts, string])[] = [
  ['listener', 'listener'],
  ['connections', 'connections'],
  ['arrivals', 'arrivals'],
  ['completed', 'completed'],
  ['empty', 'empty'],
  ['synAgain', 'SYNs again'],
  ['resent', 'resent'],
  ['connectMedian', 'connect'],
  ['connectP99', 'p99'],
];

export function captureListenerLines(report: CaptureReport, context: TextContext): readonly string[] {
  const { columns, verbose, paint } = context;
  const shown = verbose ? report.listeners : report.listeners.slice(0, onOneScreen);
  if (shown.length === 0) return [];
  const facts = shown.map((listener) => {
    const own = listenerFacts(listener);
    return { ...own, listener: printable(own.listener) };
  });
  const lines = tableLines(facts, context) ?? facts.flatMap((own) => stackedLines(own, columns));
  const hidden = report.listenersInAll - shown.length;
  if (hidden <= 0) return lines;
  const where = verbose ? '' : ' (--verbose shows more)';
  return [...lines, ...hanging('', `and ${formatCount(hidden)} more${where}`, columns).map(paint.dim)];
}

function tableLines(
  rows: readonly ListenerFacts[],
  { columns, paint }: TextContext,
): readonly string[] | undefined {
  const lines = alignedColumns(
    [headings.map(([, heading]) => heading), ...rows.map((row) => headings.map(([name]) => row[name]))],
    headings.map((_, i) => ({ align: i === 0 ? 'left' : 'right' })),
    columns,
  );
  return lines?.map((line, i) => (i === 0 ? paint.dim(line) : line));
}

/** For narrow terminals and long addresses. */
function stackedLines(row: ListenerFacts, columns: number): readonly string[] {
  const words = [
    `${row.connections} ${row.connections === '1' ? 'connection' : 'connections'}, ${row.arrivals}`,
    `${row.completed} completed, ${row.empty} empty`,
    `${row.synAgain} SYNs again, ${row.resent} resent`,
    `connect ${row.connectMedian}, p99 ${row.connectP99}`,
  ];
  return [...hanging('', row.listener, columns), ...hanging('  ', words.join(' · '), columns)];
}
