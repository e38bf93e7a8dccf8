/** A series as one row of block characters. */
import type { LabSeries } from '../../tcp/lab-run.ts';

export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** From the first to the last point of all of them; undefined when there is none. */
export function spanOf(series: readonly LabSeries[]): TimeSpan | undefined {
  const times = series.flatMap(({ points }) => points.map(({ atMs }) => atMs));
  if (times.length === 0) return undefined;
  return {
    fromMs: times.reduce((least, ms) => Math.min(least, ms), Number.POSITIVE_INFINITY),
    toMs: times.reduce((most, ms) => Math.max(most, ms), Number.NEGATIVE_INFINITY),
  };
}

/** The highest value in each of `bins` equal parts of the span; a value holds until the next point. undefined: before the first. */
export function binned(series: LabSeries, span: TimeSpan, bins: number): readonly (number | undefined)[] {
  const each = Math.max(span.toMs - span.fromMs, 1e-6) / bins;
  const points = series.points.toSorted((a, b) => a.atMs - b.atMs);
  const values: (number | undefined)[] = [];
  let held: number | undefined;
  let next = 0;
  for (let bin = 0; bin < bins; bin++) {
    const endMs = bin === bins - 1 ? Number.POSITIVE_INFINITY : span.fromMs + (bin + 1) * each;
    let most = held;
    for (; next < points.length && (points[next]?.atMs ?? 0) < endMs; next++) {
      held = points[next]?.value ?? 0;
      most = Math.max(most ?? held, held);
    }
    values.push(most);
  }
  return values;
}

const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Zero lies on the floor, `top` fills the row, what is little but not nothing stands above the floor; unknown is blank. */
export function sparkline(values: readonly (number | undefined)[], top: number): string {
  return values
    .map((value) => {
      if (value === undefined) return ' ';
      if (value <= 0 || top <= 0) return blocks[0];
      return blocks[Math.max(1, Math.min(7, Math.round((value / top) * 7)))] ?? blocks[7];
    })
    .join('');
}
