import { Dice, seedOf } from './dice.ts';
import type { FaultKind } from './fault.ts';
import type { HealthyKind } from './healthy-kind.ts';

/** One host to be staged and looked at. `name`: F and its number for a host with a fault, H for a healthy one. */
export interface PlannedTrial {
  readonly name: string;
  readonly seed: number;
  readonly window: string;
  readonly faults: readonly FaultKind[];
  readonly healthy: HealthyKind | undefined;
}

const doubleEvery = 10;
/** Most are looked at for less than users' default, which is twice as quick and not easier. */
const usualWindow = '4s';
const defaultOfUsers = '10s';
const longEvery = 10;

function windowOf(n: number): string {
  return n % longEvery === longEvery / 2 ? defaultOfUsers : usualWindow;
}

/**
 * The n-th trial of a seed is the same whatever the number of trials. Kinds are dealt in shuffled rounds, so that each comes
 * equally often; each tenth trial has a second fault of another kind that can be staged beside the first.
 */
export function planFault(seed: number, n: number, kinds: readonly FaultKind[]): PlannedTrial {
  const trialSeed = seedOf(seed, 1, n);
  const first = dealt(seed, n, kinds);
  const second =
    n % doubleEvery === doubleEvery - 1 ? partnerOf(first, kinds, new Dice(seedOf(trialSeed, 7))) : undefined;
  return {
    name: `F${n}`,
    seed: trialSeed,
    window: windowOf(n),
    faults: second ? [first, second] : [first],
    healthy: undefined,
  };
}

export function planHealthy(seed: number, n: number, kinds: readonly HealthyKind[]): PlannedTrial {
  return {
    name: `H${n}`,
    seed: seedOf(seed, 2, n),
    window: windowOf(n),
    faults: [],
    healthy: dealt(seed + 1, n, kinds),
  };
}

function dealt<T>(seed: number, n: number, kinds: readonly T[]): T {
  const round = new Dice(seedOf(seed, 3, Math.floor(n / kinds.length))).shuffled(kinds);
  const kind = round[n % kinds.length];
  if (kind === undefined) throw new RangeError('there is no kind to choose from');
  return kind;
}

function partnerOf(first: FaultKind, kinds: readonly FaultKind[], dice: Dice): FaultKind | undefined {
  return dice.shuffled(kinds).find((other) => canMeet(first, other));
}

/** Different findings, no common setting of the namespace, and not both with a link of their own. */
export function canMeet(a: FaultKind, b: FaultKind): boolean {
  const shared = (a.sets ?? []).some((setting) => (b.sets ?? []).includes(setting));
  const remark = a.remark || b.remark;
  return a.id !== b.id && !shared && !remark && !(a.link && b.link);
}
