import type { AlignedData } from 'uplot';
import { decimate } from './decimate.ts';
import type { Span } from './time-view.ts';

export interface DrawnLines {
  readonly startSecond: number;
  readonly stepSeconds: number;
  readonly shown: Span;
  readonly stacked?: boolean;
  readonly lines: readonly { readonly values: ArrayLike<number>; readonly draw: string }[];
}

/**
 * What a chart hands to the plotter: two points for each pixel at most, the least and the greatest of what falls on it, so that no spike is lost
 * and a day of seconds costs no more than five minutes. Stacked lines are added up from the last to the first, so that each is drawn over the
 * one above it.
 */
export function drawnColumns(props: DrawnLines, pixels: number): AlignedData {
  const { startSecond, stepSeconds, shown, lines, stacked = false } = props;
  const from = (shown.from - startSecond) / stepSeconds;
  const to = (shown.to - startSecond) / stepSeconds;
  const many = to - from > pixels;
  const onlyPeaks = stacked || lines.some(({ draw }) => draw === 'bars');
  const columns = lines.map(({ values }) =>
    many ? thinned(values, from, to, pixels, onlyPeaks) : exact(values, from, to),
  );
  const length = columns[0]?.length ?? 0;
  const first = many ? shown.from : startSecond + Math.max(0, Math.floor(from)) * stepSeconds;
  const step = many ? (shown.to - shown.from) / length : stepSeconds;
  const times = Float64Array.from({ length }, (_, at) => first + at * step);
  return [times, ...(stacked ? stack(columns) : columns)] as unknown as AlignedData;
}

type Column = (number | null)[];

function exact(values: ArrayLike<number>, from: number, to: number): Column {
  const column: Column = [];
  for (let row = Math.max(0, Math.floor(from)); row < Math.min(values.length, Math.ceil(to)); row++) {
    const value = values[row] ?? -1;
    column.push(value < 0 ? null : value);
  }
  return column;
}

function thinned(
  values: ArrayLike<number>,
  from: number,
  to: number,
  pixels: number,
  onlyPeaks: boolean,
): Column {
  const { least, greatest } = decimate(values, from, to, pixels);
  const column: Column = [];
  for (let x = 0; x < pixels; x++) {
    const top = greatest[x] ?? -1;
    const value = top < 0 ? null : top;
    if (!onlyPeaks) column.push(value === null ? null : (least[x] ?? top));
    column.push(value);
  }
  return column;
}

/** What nobody measured of one line takes nothing from the others; where none was measured there is a gap. */
function stack(columns: readonly Column[]): readonly Column[] {
  const length = columns[0]?.length ?? 0;
  const sums: (number | null)[] = new Array(length).fill(null);
  return columns
    .toReversed()
    .map((column) => {
      for (let at = 0; at < length; at++) {
        const value = column[at] ?? null;
        if (value !== null) sums[at] = (sums[at] ?? 0) + value;
      }
      return [...sums];
    })
    .toReversed();
}
