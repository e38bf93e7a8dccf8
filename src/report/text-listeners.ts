/** The listeners that matter, as a table at the end of the terminal's report. */
import { formatCount } from '../base/units.ts';
import { type ListenerRow, listenerRows, listenersThatMatter, ownerText } from './listener-rows.ts';
import { printable } from './printable.ts';
import type { RenderInput } from './render-input.ts';
import type { TextContext } from './text-context.ts';
import { hanging, shorten, widthOf } from './wrap-text.ts';

const shownBriefly = 10;

export function listenerLines(input: RenderInput, context: TextContext): readonly string[] {
  const all = listenerRows(input);
  if (all.length === 0) return [];
  const matter = context.verbose ? all : listenersThatMatter(all).slice(0, shownBriefly);
  const manyNamespaces = new Set(all.map((row) => row.namespace)).size > 1;
  const cells = matter.map((row) => cellsOf(row, manyNamespaces));
  const lines = tableLines(cells, context) ?? cells.flatMap((row) => stackedLines(row, context));
  const hidden = all.length - matter.length;
  const rest =
    hidden === 0 ? [] : hanging('', `and ${formatCount(hidden)} more (halfopen listeners)`, context.columns);
  return [...lines, ...rest.map(context.paint.dim)];
}

interface Cells {
  readonly listener: string;
  readonly program: string;
  readonly namespace: string;
  readonly queue: string;
  readonly peak: string;
  readonly limit: string;
  readonly drops: string;
  readonly dropping: boolean;
}

function cellsOf(row: ListenerRow, withNamespace: boolean): Cells {
  return {
    listener: printable(row.endpoint),
    program: printable(ownerText(row)),
    namespace: withNamespace ? printable(row.namespace) : '',
    queue: row.present ? formatCount(row.length) : 'gone',
    peak: formatCount(row.peak),
    limit: row.limit === undefined ? '?' : formatCount(row.limit),
    drops: row.drops === undefined ? '?' : formatCount(row.drops),
    dropping: (row.drops ?? 0) > 0,
  };
}

type Column = Exclude<keyof Cells, 'dropping'>;
const headings: Readonly<Record<Column, string>> = {
  listener: 'listener',
  program: 'program (pid)',
  namespace: 'namespace',
  queue: 'queue now',
  peak: 'peak',
  limit: 'of limit',
  drops: 'drops',
};
const leftAligned: readonly Column[] = ['listener', 'program', 'namespace'];
const shrinkable: readonly Column[] = ['namespace', 'program'];
const narrowest = 10;
const gap = '  ';

/** Undefined when not even shortened names make it fit: addresses and numbers are never cut. */
function tableLines(rows: readonly Cells[], { paint, columns }: TextContext): readonly string[] | undefined {
  const shown = (Object.keys(headings) as Column[]).filter((name) => rows.some((row) => row[name] !== ''));
  const widths = new Map(
    shown.map((name) => [name, Math.max(widthOf(headings[name]), ...rows.map((row) => widthOf(row[name])))]),
  );
  let excess =
    [...widths.values()].reduce((sum, width) => sum + width, gap.length * (shown.length - 1)) - columns;
  for (const name of shrinkable) {
    const width = widths.get(name) ?? 0;
    const less = Math.min(excess, width - narrowest);
    if (less > 0) {
      widths.set(name, width - less);
      excess -= less;
    }
  }
  if (excess > 0) return undefined;
  const line = (cells: Readonly<Record<Column, string>>): string =>
    shown
      .map((name) => aligned(name, cells[name], widths.get(name) ?? 0))
      .join(gap)
      .trimEnd();
  return [paint.dim(line(headings)), ...rows.map((row) => (row.dropping ? paint.red(line(row)) : line(row)))];
}

function aligned(name: Column, text: string, width: number): string {
  const short = shorten(text, width);
  const blanks = ' '.repeat(Math.max(0, width - widthOf(short)));
  return leftAligned.includes(name) ? short + blanks : blanks + short;
}

/** Two or more lines a listener, for narrow terminals and long addresses. */
function stackedLines(row: Cells, { paint, columns }: TextContext): readonly string[] {
  const where = row.namespace === '' ? row.program : `${row.program} in ${row.namespace}`;
  const queue = `queue ${row.queue}, peak ${row.peak} of ${row.limit}, drops ${row.drops}`;
  const lines = [...hanging('', row.listener, columns), ...hanging('  ', `${where} · ${queue}`, columns)];
  return row.dropping ? lines.map(paint.red) : lines;
}
