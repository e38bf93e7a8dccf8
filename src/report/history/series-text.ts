import type { HistorySeries, HistorySeriesRows } from '../../tcp/recording/history.ts';
import { csvCell } from '../capture-csv/csv-cell.ts';
import { printable } from '../printable.ts';
import { widthOf } from '../wrap-text.ts';
import { pictureLines } from './around-lines.ts';
import { type HistoryTextOptions, historyContext, spanText } from './history-context.ts';

const WIDEST = 60;
/** Before and behind a picture. */
const BESIDE = 41;

/** What `history series` prints in a terminal: a picture of each quantity that moved. */
export function seriesText({ series, fromMs, toMs }: HistorySeries, options: HistoryTextOptions): string {
  const context = historyContext(options);
  const { paint, columns, when } = context;
  if (series.length === 0) return `Nothing was recorded ${spanText(fromMs, toMs, context)}.\n`;
  const width = Math.max(10, Math.min(WIDEST, columns - BESIDE));
  const axis = (rows: HistorySeriesRows): string => {
    const count = rows.channels[0]?.values.length ?? 0;
    const [from, to] = [rows.startSecond * 1000, (rows.startSecond + count * rows.stepSeconds) * 1000].map(
      when,
    );
    const gap = Math.max(1, width - widthOf(from ?? '') - widthOf(to ?? ''));
    return `${' '.repeat(19)}${from}${' '.repeat(gap)}${to}`;
  };
  const blocks = series.map((rows) => {
    const { process } = rows.about;
    const lines = pictureLines(rows, { width, paint });
    const title = `${printable(rows.identity)}${process === undefined ? '' : ` (${printable(String(process))})`}`;
    return [
      paint.bold(title),
      ...(lines.length === 0 ? ['  nothing moved'] : [...lines, paint.dim(axis(rows))]),
    ].join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}

/** One line for each row of each series; an empty cell: nobody looked. Series of one kind have the same channels. */
export function seriesCsv({ series }: HistorySeries): string {
  const [first] = series;
  if (first === undefined) return '';
  const names = first.channels.map(({ name }) => name);
  const lines = series.flatMap((rows) => {
    const columns = names.map((name) => rows.channels.find((channel) => channel.name === name)?.values ?? []);
    return Array.from({ length: rows.channels[0]?.values.length ?? 0 }, (_, row) => {
      const second = rows.startSecond + row * rows.stepSeconds;
      return [
        second,
        csvCell(printable(rows.identity)),
        ...columns.map((column) => csvCell(column[row] ?? null)),
      ].join(',');
    });
  });
  return `${['second', 'series', ...names].join(',')}\n${lines.join('\n')}\n`;
}
