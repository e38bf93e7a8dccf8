import { notMeasured } from '../../tcp/recording/channel.ts';

/** For each pixel the least and the greatest value of the rows that fall on it, or the sum where events are counted; -1: none was measured. */
export interface Decimated {
  readonly least: Float64Array;
  readonly greatest: Float64Array;
  readonly sum: Float64Array;
}

/**
 * Reduces rows to one per pixel. `from` and `to` say which rows the picture shows (they may lie outside of them, and between two).
 * A row that is wider than a pixel covers every pixel it spans; its sum stands on the first one only.
 */
export function decimate(values: ArrayLike<number>, from: number, to: number, pixels: number): Decimated {
  const least = new Float64Array(pixels).fill(notMeasured);
  const greatest = new Float64Array(pixels).fill(notMeasured);
  const sum = new Float64Array(pixels);
  const perRow = pixels / (to - from);
  const first = Math.max(0, Math.floor(from));
  const last = Math.min(values.length, Math.ceil(to));
  for (let row = first; row < last; row++) {
    const value = values[row] ?? notMeasured;
    if (value < 0) continue;
    const begin = Math.max(0, Math.floor((row - from) * perRow));
    const end = Math.min(pixels, Math.max(begin + 1, Math.floor((row + 1 - from) * perRow)));
    if (begin < pixels) sum[begin] = (sum[begin] ?? 0) + value;
    for (let x = begin; x < end; x++) {
      greatest[x] = Math.max(greatest[x] ?? value, value);
      least[x] = (least[x] ?? -1) < 0 ? value : Math.min(least[x] ?? value, value);
    }
  }
  return { least, greatest, sum };
}
