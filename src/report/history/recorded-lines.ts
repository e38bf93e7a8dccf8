import { formatDurationMs, plural } from '../../base/units.ts';
import type { HistoryOverview } from '../../tcp/recording/history.ts';
import { wrapText } from '../wrap-text.ts';
import type { HistoryContext } from './history-context.ts';

const GAPS_LISTED = 4;
/** What is just being written, or just began, is not missing. */
const LATE_MS = 15_000;

/** What the recorder has not seen, which is not the same as nothing happening. */
export function recordedLines(overview: HistoryOverview, context: HistoryContext): readonly string[] {
  const sentences = missing(overview, context);
  return sentences
    .flatMap((sentence) => wrapText(sentence, context.columns))
    .map((line) => context.paint.yellow(line));
}

function missing({ recorded, fromMs, toMs }: HistoryOverview, context: HistoryContext): readonly string[] {
  const { firstMs, lastMs, gaps } = recorded;
  const { when, nowMs } = context;
  if (firstMs === null || lastMs === null)
    return ['Nothing was recorded in this time: no recorder was running (halfopen serve records).'];
  const longest = gaps.toSorted((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs)).slice(0, GAPS_LISTED);
  const listed = longest
    .toSorted((a, b) => a.fromMs - b.fromMs)
    .map((gap) => `${when(gap.fromMs)} to ${when(gap.toMs)} (${formatDurationMs(gap.toMs - gap.fromMs)})`);
  const more = gaps.length - longest.length;
  const others = more > 0 ? ` and in ${plural(more, 'shorter gap')}` : '';
  return [
    ...(firstMs - fromMs > LATE_MS ? [`Nothing was recorded before ${when(firstMs)}.`] : []),
    ...(gaps.length > 0 ? [`The recorder was not running from ${listed.join(', ')}${others}.`] : []),
    ...(Math.min(toMs, nowMs) - lastMs > LATE_MS ? [`Nothing was recorded after ${when(lastMs)}.`] : []),
  ];
}
