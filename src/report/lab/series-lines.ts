/** Socket states and counters over time as rows of blocks, all on one time axis. */
import { formatCount } from '../../base/units.ts';
import type { LabSeries } from '../../tcp/lab-run.ts';
import { secondsText } from '../ladder/seconds-text.ts';
import type { TextContext } from '../text-context.ts';
import { shorten, widthOf } from '../wrap-text.ts';
import { seriesWorthDrawing } from './series-order.ts';
import { binned, spanOf, sparkline, type TimeSpan } from './sparkline.ts';

const onOneScreen = 3;
const between = 2;
const widestSparkline = 48;
const narrowestSparkline = 8;

export function seriesLines(series: readonly LabSeries[], context: TextContext): readonly string[] {
  const { columns, verbose, paint } = context;
  const all = verbose ? series.filter(({ points }) => points.length > 0) : seriesWorthDrawing(series);
  const shown = verbose ? all : all.slice(0, onOneScreen);
  const span = spanOf(shown);
  if (span === undefined) return [];
  const facts = shown.map(rangeText);
  const factWidth = Math.max(...facts.map(widthOf));
  const longest = Math.max(...shown.map(({ name }) => widthOf(shorten(name, columns))));
  const nameWidth = Math.min(longest, Math.max(16, Math.floor(columns * 0.4)));
  const room = columns - nameWidth - factWidth - 2 * between;
  const bins = Math.min(widestSparkline, Math.max(narrowestSparkline, room));
  const lines = shown.map((one, i) => {
    const name = shorten(one.name, nameWidth);
    const picture = sparkline(binned(one, span, bins), Math.max(highest(one), one.limit ?? 0));
    const fact = shorten(facts[i] ?? '', Math.max(0, columns - nameWidth - bins - 2 * between));
    const colour =
      one.limit !== undefined && highest(one) > one.limit ? paint.yellow : (text: string) => text;
    const start = `${paint.dim(name)}${' '.repeat(nameWidth - widthOf(name) + between)}${colour(picture)}`;
    return fact === '' ? start : `${start}${' '.repeat(between)}${fact}`;
  });
  const rest = all.length - shown.length;
  const more = rest === 0 ? [] : [paint.dim(`and ${formatCount(rest)} more with --verbose`)];
  return [...lines, paint.dim(axisLine(span, nameWidth + between, bins)), ...more];
}

function highest({ points }: LabSeries): number {
  return points.reduce((most, { value }) => Math.max(most, value), 0);
}

/** "0 to 9 connections, limit 8" */
function rangeText(series: LabSeries): string {
  const least = series.points.reduce((low, { value }) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const most = highest(series);
  const range = least === most ? number(most) : `${number(least)} to ${number(most)}`;
  const limit = series.limit === undefined ? '' : `, limit ${number(series.limit)}`;
  return shorten(`${range} ${series.unit}`.trim() + limit, 80);
}

function number(value: number): string {
  return formatCount(value, 2);
}

function axisLine({ fromMs, toMs }: TimeSpan, indent: number, bins: number): string {
  const from = secondsText(fromMs);
  const to = secondsText(toMs);
  const blank = Math.max(1, bins - widthOf(from) - widthOf(to));
  return `${' '.repeat(indent)}${from}${' '.repeat(blank)}${to}`;
}
