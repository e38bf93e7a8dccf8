import type { UtcOffset } from '../../base/local-time.ts';
import type { Paint } from '../ansi.ts';

/** The terminal that is drawn for. */
export interface WatchContext {
  readonly paint: Paint;
  readonly columns: number;
  readonly rows: number;
  readonly utcOffset: UtcOffset;
}
