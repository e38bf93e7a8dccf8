import type { Scenario } from '../../lab/scenario.ts';
import type { LabCheck } from '../../tcp/lab-run.ts';
import type { Family } from '../../tcp/socket.ts';

/** One situation that the model predicts: a scenario with settings, over one family. */
export interface FidelityRow {
  /** What part of the kernel's behaviour it belongs to: a heading of the table. */
  readonly table: string;
  readonly scenario: Scenario;
  /** "name=value", as for `lab run --set`. */
  readonly set: readonly string[];
  readonly family: Family;
}

/** What came of it. */
export interface FidelityResult {
  readonly row: FidelityRow;
  readonly checks: readonly LabCheck[];
  /** Why it could not be measured to its end; empty when it could. */
  readonly incompleteBecause: readonly string[];
  /** Played again alone, since it failed among the others. */
  readonly again: boolean;
}

export function holds({ checks, incompleteBecause }: FidelityResult): boolean {
  return incompleteBecause.length === 0 && checks.length > 0 && checks.every(({ ok }) => ok);
}

/** One row for each combination of settings and family. */
export function rowsOf(
  table: string,
  scenario: Scenario,
  sets: readonly (readonly string[])[],
  families: readonly Family[] = ['ipv4', 'ipv6'],
): FidelityRow[] {
  return sets.flatMap((set) => families.map((family) => ({ table, scenario, set, family })));
}
