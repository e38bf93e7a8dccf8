import type { Simulation } from './simulate-listener.ts';

export type Range = readonly [number, number];

/** From the least to the most that the simulations say. */
export function rangeOf(
  simulations: readonly Simulation[],
  count: (simulation: Simulation) => number,
): Range {
  const counts = simulations.map(count);
  return [Math.min(...counts), Math.max(...counts)];
}

/** Wider by a share of its upper end, for what no simulation of a busy machine foresees. */
export function widened([least, most]: Range, share: number): Range {
  return [Math.max(0, Math.floor(least - share * most)), Math.ceil(most + share * most)];
}

export function isExact([least, most]: Range): boolean {
  return least === most;
}

/** Half as many to twice as many. */
export function roughly([least, most]: Range): Range {
  return [Math.floor(least / 2), 2 * most];
}
