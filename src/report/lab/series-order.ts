import type { LabSeries } from '../../tcp/lab-run.ts';

/** Those that tell something: queues with a limit first, then what changes; what never moves is left out. */
export function seriesWorthDrawing(series: readonly LabSeries[]): readonly LabSeries[] {
  const moving = series.filter(({ points }) => points.some(({ value }) => value !== points[0]?.value));
  return moving.toSorted((a, b) => Number(b.limit !== undefined) - Number(a.limit !== undefined));
}
