import type { Severity } from '../../tcp/finding.ts';
import type { WatchRow } from './watch-model.ts';

export type Trouble = 'problem' | 'warning' | 'fine';

/** From here on a queue is told as pressure: half full. */
const PRESSURE = 0.5;

/** Loss in the last minute is a problem, a queue that fills a warning; what is found open counts as what it is. */
export function troubleOf(row: WatchRow): Trouble {
  const has = (severity: Severity): boolean => row.incidents.some((one) => one.severity === severity);
  if (row.dropsPerMinute > 0 || has('critical')) return 'problem';
  return has('warning') || peakFill(row) >= PRESSURE ? 'warning' : 'fine';
}

/** Of limit + 1 places, in the last minute; 0 where the limit is not known. */
export function peakFill({ peak, limit }: WatchRow): number {
  return limit === undefined ? 0 : peak / (limit + 1);
}
