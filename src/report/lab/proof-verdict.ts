/** What a proof showed, in words; the same in every rendering. */
import { formatCount } from '../../base/units.ts';
import type { LabRun } from '../../tcp/lab-run.ts';
import type { Proof, ProofChange, ProofRow, TriedInVain } from '../../tcp/proof.ts';
import { exactText, quantity } from './quantity.ts';

export type ProofKind = 'worked' | 'failed' | 'not-shown' | 'incomplete';

export interface ProofVerdict {
  readonly kind: ProofKind;
  /** Without a final stop. */
  readonly sentence: string;
}

/** Two runs that were not both played to their end prove nothing, whatever `worked` says. */
export function proofVerdict(proof: Proof): ProofVerdict {
  const cut = [cutText('before', proof.before), cutText('after', proof.after)].filter((text) => text !== '');
  if (cut.length > 0) {
    return {
      kind: 'incomplete',
      sentence: `INCOMPLETE: whether ${proof.remedy} helps was not shown (${cut.join('; ')})`,
    };
  }
  if (proof.failureShown === false) {
    const what = proof.failure === undefined ? '' : ` (${proof.failure})`;
    return {
      kind: 'not-shown',
      sentence: `Nothing is proved: the failure${what} did not show in the laboratory, even without the remedy`,
    };
  }
  const change = `with ${proof.remedy}`;
  const shown = proof.worked
    ? (proof.rows.find(({ improved }) => improved) ?? proof.rows[0])
    : (proof.rows.find(({ improved }) => !improved) ?? proof.rows[0]);
  const effect = shown === undefined ? 'no number was compared' : effectText(shown);
  return proof.worked
    ? { kind: 'worked', sentence: `The remedy works: ${change}, ${effect}` }
    : { kind: 'failed', sentence: `The remedy does not help here: ${change}, ${effect}` };
}

function cutText(which: string, { complete, incompleteBecause }: LabRun): string {
  if (complete) return '';
  return `the run ${which} it: ${incompleteBecause.length === 0 ? 'no reason is given' : incompleteBecause.join('; ')}`;
}

/** "backlog 2,048 instead of 128"; empty when nothing differs. */
export function changeText(changed: readonly ProofChange[]): string {
  const parts = changed.map(
    ({ name, before, after }) => `${name} ${exactText(after)} instead of ${exactText(before)}`,
  );
  return parts.join(' and ');
}

/** What people try as well, and what came of it. */
export function inVainText({ change, failureStayed }: TriedInVain): string {
  return failureStayed
    ? `${change}: does nothing, the failure is still there`
    : `${change}: helps here as well, although the report says that it is in vain`;
}

/** In the past tense, which has no plural: "SYNs dropped went from 1,204 to 0". */
function effectText({ name, unit, before, after }: ProofRow): string {
  const measure = /^(ms|s|%|\/s|us|bytes?)$/.test(unit) ? unit : '';
  if (before === after) return `${name} stayed at ${quantity(after, measure)}`;
  return `${name} went from ${exactText(before)} to ${quantity(after, measure)}`;
}

/** "-1,204", "+12": how a number moved. */
export function moveText({ before, after }: ProofRow): string {
  const moved = after - before;
  if (moved === 0) return 'same';
  return `${moved > 0 ? '+' : '-'}${formatCount(Math.abs(moved), 3)}`;
}

export type RowKind = 'better' | 'worse' | 'neutral';

export function rowKind({ better, improved, before, after }: ProofRow): RowKind {
  if (improved) return 'better';
  if (better === 'neither' || before === after) return 'neutral';
  return after > before === (better === 'less') ? 'worse' : 'neutral';
}

/** What no laboratory can show, then what this one did not. */
export function notProven({ before, doesNotProve = [] }: Proof): readonly string[] {
  return [
    `That this host would show the same numbers: the situation was rebuilt in private namespaces (Linux ${before.kernel}), with the lab's own clients.`,
    'That nothing else is wrong: only the cause named in the finding was rebuilt.',
    ...doesNotProve,
  ];
}
