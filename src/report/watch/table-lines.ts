import { formatCount } from '../../base/units.ts';
import { widthOf } from '../wrap-text.ts';
import { fitLine } from './fit-line.ts';
import { countText, fillBar, peakLine, queueText } from './queue-picture.ts';
import { type Trouble, troubleOf } from './row-trouble.ts';
import type { WatchContext } from './watch-context.ts';
import type { WatchModel, WatchRow } from './watch-model.ts';

interface Column {
  readonly heading: string;
  readonly cell: (row: WatchRow) => string;
  readonly isNumber?: true;
  readonly widest?: number;
  /** Where there is no room, the highest goes first. */
  readonly givesWay?: number;
}

const BAR_WIDTH = 8;
const NARROWEST_PICTURE = 10;
const WIDEST_PICTURE = 60;
/** From here on the picture of the last minute has its place, whatever else gives way. */
const WIDE = 80;

const perSecond = (name: string) => (row: WatchRow) => countText(row.now[name]);

const columns: readonly Column[] = [
  { heading: 'listener', cell: ({ listener }) => listener, widest: 28 },
  { heading: 'program', cell: ({ process }) => process ?? '?', widest: 16, givesWay: 2 },
  { heading: 'namespace', cell: ({ namespace }) => namespace, widest: 24, givesWay: 3 },
  { heading: 'queue', cell: queueText, isNumber: true },
  { heading: '', cell: (row) => fillBar(row, BAR_WIDTH), givesWay: 1 },
  { heading: 'drops/s', cell: perSecond('drops'), isNumber: true },
  { heading: 'acc/s', cell: perSecond('acceptedAtLeast'), isNumber: true, givesWay: 5 },
  { heading: 'SYN_RECV', cell: perSecond('synRecv'), isNumber: true, givesWay: 4 },
];

export const signs: Readonly<Record<Trouble, string>> = { problem: 'x', warning: '!', fine: '·' };

/** A heading and as many listeners as `height` has room for, the chosen one among them. */
export function tableLines(model: WatchModel, height: number, context: WatchContext): readonly string[] {
  const { rows, choice } = model;
  const chosen = Math.max(
    0,
    rows.findIndex(({ id }) => id === choice.selected),
  );
  const room = Math.max(1, height - 1);
  const from = Math.max(0, Math.min(chosen - Math.floor(room / 2), rows.length - room));
  const shown = rows.slice(from, from + room);
  const table = layOut(
    shown,
    columns,
    context.columns - 4 - (context.columns < WIDE ? 0 : NARROWEST_PICTURE + 2),
  );
  const more = rows.length - shown.length;
  const heading = `    ${table.heading}`;
  const note =
    more > 0
      ? `${formatCount(from + 1)} to ${formatCount(from + shown.length)} of ${formatCount(rows.length)}`
      : '';
  return [
    context.paint.dim(withRight(fitLine(heading, context.columns), note, context.columns)),
    ...shown.map((row, at) =>
      rowLine(row, fitLine(table.cells[at] ?? '', context.columns - 4), row.id === choice.selected, context),
    ),
  ].slice(0, Math.max(1, height));
}

function rowLine(
  row: WatchRow,
  cells: string,
  isChosen: boolean,
  { paint, columns: width }: WatchContext,
): string {
  const trouble = troubleOf(row);
  const colour = trouble === 'problem' ? paint.red : trouble === 'warning' ? paint.yellow : paint.dim;
  const sign = trouble === 'fine' ? colour(signs.fine) : colour(paint.bold(signs[trouble]));
  const room = Math.min(WIDEST_PICTURE, width - 4 - widthOf(cells) - 2);
  const picture = room < NARROWEST_PICTURE ? '' : `  ${peakLine(row, room)}`;
  const text = trouble === 'fine' ? cells : colour(cells);
  return `${isChosen ? paint.bold('>') : ' '} ${sign} ${isChosen ? paint.bold(text) : text}${colour(picture)}`;
}

function layOut(
  rows: readonly WatchRow[],
  shown: readonly Column[],
  room: number,
): { readonly heading: string; readonly cells: readonly string[] } {
  const texts = shown.map(({ cell, widest }) =>
    rows.map((row) => (widest === undefined ? cell(row) : fitLine(cell(row), widest))),
  );
  const widths = shown.map(({ heading }, at) =>
    (texts[at] ?? []).reduce((width, text) => Math.max(width, widthOf(text)), widthOf(heading)),
  );
  const width = widths.reduce((sum, each) => sum + each + 2, -2);
  const [leaving] = shown
    .filter(({ givesWay }) => givesWay !== undefined)
    .toSorted((a, b) => (b.givesWay ?? 0) - (a.givesWay ?? 0));
  if (width > room && leaving !== undefined)
    return layOut(
      rows,
      shown.filter((column) => column !== leaving),
      room,
    );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => {
        const blank = ' '.repeat(Math.max(0, (widths[at] ?? 0) - widthOf(cell)));
        return shown[at]?.isNumber ? blank + cell : cell + blank;
      })
      .join('  ');
  return {
    heading: line(shown.map(({ heading }) => heading)),
    cells: rows.map((_, row) => line(shown.map((_column, at) => texts[at]?.[row] ?? ''))),
  };
}

/** `right` at the end of the line, where there is room for it. */
export function withRight(left: string, right: string, width: number): string {
  const gap = width - widthOf(left) - widthOf(right);
  return right === '' || gap < 2 ? left : `${left}${' '.repeat(gap)}${right}`;
}
