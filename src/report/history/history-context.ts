import { clockTime, dateTime, isSameDay, type UtcOffset } from '../../base/local-time.ts';
import { formatDurationMs } from '../../base/units.ts';
import { paintFor } from '../ansi.ts';
import type { TextContext } from '../text-context.ts';

export interface HistoryTextOptions {
  readonly colour: boolean;
  readonly columns: number;
  readonly verbose: boolean;
  readonly utcOffset: UtcOffset;
  readonly nowMs: number;
}

export interface HistoryContext extends TextContext {
  /** "03:12:07", with the date where it is not today. */
  readonly when: (ms: number) => string;
  readonly nowMs: number;
}

export function historyContext(options: HistoryTextOptions): HistoryContext {
  const { utcOffset, nowMs, verbose } = options;
  return {
    paint: paintFor(options.colour),
    columns: Math.max(40, options.columns),
    verbose,
    nowMs,
    when: (ms) => (isSameDay(ms, nowMs, utcOffset) ? clockTime(ms, utcOffset) : dateTime(ms, utcOffset)),
  };
}

/** "in the last hour", "in the last 2 days", "from 02:10:00 to 02:40:00". */
export function spanText(fromMs: number, toMs: number, { when, nowMs }: HistoryContext): string {
  if (Math.abs(nowMs - toMs) > 1000) return `from ${when(fromMs)} to ${when(toMs)}`;
  return `in the last ${wholeUnits(Math.round((toMs - fromMs) / 1000) * 1000)}`;
}

const units = [
  [86_400_000, '24 hours', 'days'],
  [3_600_000, 'hour', 'hours'],
  [60_000, 'minute', 'minutes'],
  [1000, 'second', 'seconds'],
] as const;

function wholeUnits(ms: number): string {
  const [unitMs, one, many] = units.find(([unit]) => ms >= unit && ms % unit === 0) ?? [0, '', ''];
  if (unitMs === 0) return formatDurationMs(ms);
  return ms === unitMs ? one : `${ms / unitMs} ${many}`;
}
