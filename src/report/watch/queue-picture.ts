/** Accept queues as characters. */
import { formatCount } from '../../base/units.ts';
import { sparkline } from '../lab/sparkline.ts';
import type { WatchRow } from './watch-model.ts';

/** "███░░░░░░░": limit + 1 places; a queue with anybody in it shows at least one block. */
export function fillBar({ length, limit }: WatchRow, width: number): string {
  if (length === undefined || limit === undefined) return ' '.repeat(width);
  const share = Math.min(1, length / (limit + 1));
  const filled = length === 0 ? 0 : Math.max(1, Math.round(share * width));
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`;
}

/** "1,025/1,024" */
export function queueText({ length, limit }: WatchRow): string {
  return `${countText(length)}/${countText(limit)}`;
}

export function countText(value: number | undefined): string {
  return value === undefined ? '?' : formatCount(value);
}

/** The last seconds, as many as there are columns; a longer time is told by the highest of each part. */
export function peakLine({ peaks, peak, limit }: WatchRow, width: number): string {
  return sparkline(lastParts(peaks, width), Math.max(peak, limit ?? 0));
}

/** The same on several lines, the highest first. */
export function peakLines(
  { peaks, peak, limit }: WatchRow,
  width: number,
  height: number,
): readonly string[] {
  const top = Math.max(peak, limit ?? 0);
  const values = lastParts(peaks, width);
  return Array.from({ length: height }, (_, line) => {
    const floor = ((height - 1 - line) * top) / height;
    return values
      .map((value) => {
        if (value === undefined) return ' ';
        const above = value - floor;
        if (above <= 0) return line === height - 1 ? '▁' : ' ';
        return sparkline([above], top / height);
      })
      .join('');
  });
}

function lastParts(values: WatchRow['peaks'], width: number): WatchRow['peaks'] {
  const each = Math.max(1, Math.ceil(values.length / width));
  const parts: (number | undefined)[] = [];
  for (let end = values.length; end > 0; end -= each) {
    const known = values.slice(Math.max(0, end - each), end).filter((value) => value !== undefined);
    parts.unshift(known.length === 0 ? undefined : Math.max(...known));
  }
  return parts;
}
