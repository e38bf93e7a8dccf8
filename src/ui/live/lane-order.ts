/** How bad things are at a listener: loss before pressure before work before nothing. */
export type Tier = 'loss' | 'pressure' | 'busy' | 'quiet';
export const tiers: readonly Tier[] = ['loss', 'pressure', 'busy', 'quiet'];

/** What the last minutes of a listener come to; -1 nowhere, since what nobody measured counts as nothing. */
export interface LaneWeight {
  readonly dropped: number;
  /** The largest share of its limit that the queue took; above 1 it was full. */
  readonly fullest: number;
  readonly accepted: number;
  readonly incident: 'critical' | 'warning' | 'info' | null;
}

export function tierOf({ dropped, fullest, accepted, incident }: LaneWeight): Tier {
  if (dropped > 0 || fullest > 1 || incident === 'critical') return 'loss';
  if (fullest > 0.5 || incident !== null) return 'pressure';
  return accepted > 0 || fullest > 0 ? 'busy' : 'quiet';
}

/**
 * Worst first, and otherwise as it was: a lane moves only when it gets better or worse, not when two that are alike change places.
 * Those that are new come last of their tier, in the order given.
 */
export function worstFirst(
  ids: readonly number[],
  tierById: ReadonlyMap<number, Tier>,
  before: readonly number[],
): readonly number[] {
  const was = new Map(before.map((id, place) => [id, place]));
  const rank = (id: number): number => tiers.indexOf(tierById.get(id) ?? 'quiet');
  const place = (id: number): number => was.get(id) ?? Number.MAX_SAFE_INTEGER;
  return ids.toSorted((a, b) => rank(a) - rank(b) || place(a) - place(b));
}
