/** Whether a plan's changes are in force, and whether they have cured what they were made for. */
import type { FindingId } from './finding.ts';

export const changeStates = [
  'took-effect',
  'waits',
  'not-made',
  'changed-by-somebody',
  'cannot-be-seen',
  'manual',
] as const;
export type ChangeState = (typeof changeStates)[number];

export interface VerifiedChange {
  /** Its number in the plan. */
  readonly id: number;
  readonly optional: boolean;
  readonly what: string;
  readonly state: ChangeState;
  /** What was read, and what is left to do. */
  readonly said: string;
}

export interface VerifiedFinding {
  readonly id: FindingId;
  readonly namespace: number;
  readonly title: string;
  readonly state: 'gone' | 'still-there' | 'unknown';
  readonly said: string;
}

export interface VerifiedPlan {
  readonly plan: string;
  readonly changes: readonly VerifiedChange[];
  readonly findings: readonly VerifiedFinding[];
}

/** All that was planned is in force, and nothing is left of what it was for. */
export function isCured({ changes, findings }: VerifiedPlan): boolean {
  const settled = changes.every(
    ({ state, optional }) => optional || state === 'took-effect' || state === 'manual',
  );
  return settled && findings.every(({ state }) => state === 'gone');
}
