import type { CaptureSeries } from '../tcp/capture.ts';
import type { EngineExports } from './engine-exports.ts';

/** As engine/series.ts keeps them: rows of five counts, one for each step of 2^shift seconds. */
export interface SeriesParts {
  readonly cells: Float64Array;
  readonly shift: number;
}

const columns = ['packets', 'syn', 'retransmissions', 'push', 'payloadBytes'] as const;
const WIDTH = columns.length;

export function seriesParts(engine: EngineExports): SeriesParts {
  const cells = new Float64Array(engine.memory.buffer, engine.seriesAt(), (engine.lastStep() + 1) * WIDTH);
  return { cells: cells.slice(), shift: engine.seriesShift() };
}

/** Adds up what several engines counted of the same capture; all count time from the same second, but some in longer steps. */
export function joinSeries(parts: readonly SeriesParts[]): CaptureSeries {
  const shift = Math.max(0, ...parts.map((part) => part.shift));
  const stepOf = (part: SeriesParts, step: number): number => step >> (shift - part.shift);
  const steps = Math.max(0, ...parts.map((part) => stepOf(part, part.cells.length / WIDTH - 1) + 1));
  const sums = columns.map(() => new Array<number>(steps).fill(0));
  for (const part of parts) {
    part.cells.forEach((count, at) => {
      const column = sums[at % WIDTH];
      const step = stepOf(part, Math.floor(at / WIDTH));
      if (column !== undefined) column[step] = (column[step] ?? 0) + count;
    });
  }
  const [packets = [], syn = [], retransmissions = [], push = [], payloadBytes = []] = sums;
  return { stepMs: 2 ** shift * 1000, packets, syn, retransmissions, push, payloadBytes };
}
