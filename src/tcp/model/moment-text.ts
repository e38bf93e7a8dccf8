import { formatCount } from '../../base/units.ts';
import type { Moment } from './timer-wheel.ts';

/** 408 -> "408 ms", 2532 -> "2.53 s", 131000 -> "131 s", 7875000 -> "2 h 11 min". */
export function timeText(ms: number): string {
  if (ms === 0) return '0 s';
  if (ms < 1000) return `${formatCount(ms, ms < 10 ? 1 : 0)} ms`;
  if (ms < 10_000) return `${formatCount(ms / 1000, 2)} s`;
  if (ms < 3_600_000) return `${formatCount(ms / 1000, 1)} s`;
  const minutes = Math.round(ms / 60_000);
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
}

/** "after 131 s (at most 136.1 s)"; "at once". */
export function afterText({ atMs, latestMs }: Moment): string {
  if (atMs === 0 && latestMs === 0) return 'at once';
  const at = timeText(atMs);
  const latest = timeText(latestMs);
  return at === latest ? `after ${at}` : `after ${at} (at most ${latest})`;
}
