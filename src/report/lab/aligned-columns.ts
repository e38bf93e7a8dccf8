/** Rows of text in columns. */
import { widthOf } from '../wrap-text.ts';

export interface Column {
  readonly align: 'left' | 'right';
  readonly paint?: (text: string, row: number) => string;
}

const between = 2;

/** Lines of equal columns, two blanks apart, without blanks at their ends; undefined when they are wider than `width`. */
export function alignedColumns(
  rows: readonly (readonly string[])[],
  columns: readonly Column[],
  width: number,
): readonly string[] | undefined {
  const widths = columns.map((_, i) => rows.reduce((most, row) => Math.max(most, widthOf(row[i] ?? '')), 0));
  const shown = columns.flatMap((column, i) => ((widths[i] ?? 0) === 0 ? [] : [{ column, i }]));
  const total = shown.reduce((sum, { i }) => sum + (widths[i] ?? 0), between * Math.max(0, shown.length - 1));
  if (total > width) return undefined;
  return rows.map((row, r) => {
    const last = shown.findLast(({ i }) => (row[i] ?? '') !== '')?.i ?? -1;
    return shown
      .filter(({ i }) => i <= last)
      .map(({ column, i }) => {
        const text = row[i] ?? '';
        const blank = ' '.repeat((widths[i] ?? 0) - widthOf(text));
        const painted = column.paint === undefined ? text : column.paint(text, r);
        if (column.align === 'right') return blank + painted;
        return i === last ? painted : painted + blank;
      })
      .join(' '.repeat(between));
  });
}
