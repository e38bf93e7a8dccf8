import { notMeasured } from '../../tcp/recording/channel.ts';
import type { RecordedTime } from '../../tcp/recording/history.ts';
import type { SeriesRows } from './history-reader.ts';

/** A second that came late is no gap. */
const SHORTEST_GAP_S = 3;

/** When anything of these series was measured; all of them have the same rows. */
export function recordedTime(series: readonly SeriesRows[]): RecordedTime {
  const [first] = series;
  if (first === undefined) return { firstMs: null, lastMs: null, gaps: [] };
  const { stepSeconds, startSecond } = first;
  const momentMs = (row: number): number => (startSecond + row * stepSeconds) * 1000;
  const rows = first.columns[0]?.length ?? 0;
  const gaps: { fromMs: number; toMs: number }[] = [];
  let firstRow: number | undefined;
  let lastRow = 0;
  for (let row = 0; row < rows; row++) {
    if (!series.some(({ columns }) => columns.some((column) => (column[row] ?? notMeasured) !== notMeasured)))
      continue;
    const missing = (row - lastRow - 1) * stepSeconds;
    if (firstRow === undefined) firstRow = row;
    else if (missing >= SHORTEST_GAP_S) gaps.push({ fromMs: momentMs(lastRow + 1), toMs: momentMs(row) });
    lastRow = row;
  }
  if (firstRow === undefined) return { firstMs: null, lastMs: null, gaps };
  return { firstMs: momentMs(firstRow), lastMs: momentMs(lastRow + 1), gaps };
}
