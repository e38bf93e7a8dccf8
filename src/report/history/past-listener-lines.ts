import { formatCount, formatShare, plural } from '../../base/units.ts';
import type { HistoryOverview, ListenerPast } from '../../tcp/recording/history.ts';
import { sparkline } from '../lab/sparkline.ts';
import { shorten, widthOf } from '../wrap-text.ts';
import type { HistoryContext } from './history-context.ts';
import { partsOf } from './parts-of.ts';

const ON_ONE_SCREEN = 8;
const WIDEST_CELL = 30;
const NARROWEST_PICTURE = 12;

interface Column {
  readonly heading: string;
  readonly cell: (past: ListenerPast) => string;
  readonly isNumber?: true;
  /** Where there is no room, the highest goes first. */
  readonly givesWay?: number;
}

const columns: readonly Column[] = [
  { heading: 'listener', cell: ({ listener }) => shorten(listener, WIDEST_CELL) },
  { heading: 'program', cell: ({ process }) => shorten(process ?? '?', WIDEST_CELL), givesWay: 2 },
  { heading: 'namespace', cell: ({ namespace }) => shorten(namespace, WIDEST_CELL), givesWay: 3 },
  { heading: 'peak', cell: ({ queuePeak }) => count(queuePeak), isNumber: true },
  { heading: 'of limit', cell: ({ limit }) => count(limit), isNumber: true },
  {
    heading: 'full',
    cell: ({ fullShare }) => (fullShare === null ? '?' : formatShare(fullShare)),
    isNumber: true,
    givesWay: 1,
  },
  { heading: 'drops', cell: ({ drops }) => count(drops), isNumber: true },
];

/** A line for each listener, its queue's peaks as a picture at the end; the quiet ones are only counted. */
export function pastListenerLines(overview: HistoryOverview, context: HistoryContext): readonly string[] {
  const { paint, verbose, when } = context;
  const { listeners } = overview;
  if (listeners.length === 0) return [];
  const busy = listeners.filter(({ drops, queuePeak }) => (drops ?? 0) > 0 || (queuePeak ?? 0) > 0);
  const shown = verbose ? listeners : busy.slice(0, ON_ONE_SCREEN);
  if (shown.length === 0)
    return [paint.dim(`${plural(listeners.length, 'listener')}: every queue was empty`)];
  const [head = '', ...rows] = tableLines(shown, columns, context.columns);
  const room = Math.min(shown[0]?.peaks.length ?? 0, context.columns - widthOf(head) - 2);
  const hasPicture = room >= NARROWEST_PICTURE;
  const rest = listeners.length - shown.length;
  return [
    paint.dim(head.trimEnd()),
    ...rows.map((row, at) => {
      const listener = shown[at];
      const painted = (listener?.drops ?? 0) > 0 ? paint.red(row) : row;
      return listener === undefined || !hasPicture ? painted : `${painted}  ${picture(listener, room)}`;
    }),
    ...(hasPicture ? [paint.dim(axisLine(overview, widthOf(head) + 2, room, when))] : []),
    ...(rest > 0 ? [paint.dim(`and ${formatCount(rest)} more with --verbose`)] : []),
  ];
}

function count(value: number | null): string {
  return value === null ? '?' : formatCount(value);
}

/** The heading and a line for each, all of one width. */
function tableLines(
  listeners: readonly ListenerPast[],
  shown: readonly Column[],
  room: number,
): readonly string[] {
  const cells = shown.map(({ heading, cell }) => [heading, ...listeners.map(cell)]);
  const widths = cells.map((column) => column.reduce((width, cell) => Math.max(width, widthOf(cell)), 0));
  const width = widths.reduce((sum, each) => sum + each + 2, -2);
  const [leaving] = shown
    .filter(({ givesWay }) => givesWay !== undefined)
    .toSorted((a, b) => (b.givesWay ?? 0) - (a.givesWay ?? 0));
  if (width > room && leaving !== undefined)
    return tableLines(
      listeners,
      shown.filter((column) => column !== leaving),
      room,
    );
  return Array.from({ length: listeners.length + 1 }, (_, row) =>
    shown
      .map(({ isNumber }, at) => {
        const cell = cells[at]?.[row] ?? '';
        const blank = ' '.repeat((widths[at] ?? 0) - widthOf(cell));
        return isNumber ? blank + cell : cell + blank;
      })
      .join('  '),
  );
}

function picture({ peaks, limit }: ListenerPast, width: number): string {
  return sparkline(partsOf(peaks, width), limit ?? Math.max(...peaks.map((value) => value ?? 0)));
}

function axisLine(
  { fromMs, toMs }: HistoryOverview,
  indent: number,
  width: number,
  when: (ms: number) => string,
): string {
  const [from, to] = [when(fromMs), when(toMs)];
  const gap = width - widthOf(from) - widthOf(to);
  return `${' '.repeat(indent)}${gap > 0 ? `${from}${' '.repeat(gap)}${to}` : from.slice(0, width)}`;
}
