import type { Finding } from '../../tcp/finding.ts';
import type { Verdict } from './judge.ts';
import type { Consequence, Truth } from './truth.ts';

/** What was staged, what was true, and what the doctor said: enough to judge the kept observation again with other rules. */
export interface TrialResult {
  readonly name: string;
  /** Names of the fault kinds, or of the healthy one. */
  readonly kinds: readonly string[];
  readonly family: string;
  readonly link: string;
  readonly background: readonly string[];
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly truths: readonly Truth[];
  readonly consequences: readonly Consequence[];
  readonly window: string;
  /** Reasons why attempts at this trial did not come to count; the last one only when `staged` is false. */
  readonly notStaged: readonly string[];
  readonly staged: boolean;
  readonly findings: readonly FindingInShort[];
  readonly verdict: Verdict;
}

export type FindingInShort = Pick<Finding, 'id' | 'severity' | 'subject' | 'cause' | 'title'>;

export function isHealthy({ name }: Pick<TrialResult, 'name'>): boolean {
  return name.startsWith('H');
}

/** Nothing to complain about. */
export function isRight({ verdict, kinds }: TrialResult): boolean {
  const { topRight, allFound, falseAlarms } = verdict;
  // Of two faults either may come first.
  return falseAlarms.length === 0 && allFound && (topRight || kinds.length > 1);
}
