import type { CaptureFacts } from '../../tcp/capture.ts';
import type { Diagnosis, Unknown } from '../../tcp/finding.ts';
import { compareFindings } from '../../tcp/finding-order.ts';
import type { Judgement } from '../rule.ts';
import { allWireRules } from './all-wire-rules.ts';
import { unseenBy } from './unseen.ts';
import type { WireRule } from './wire-rule.ts';

/**
 * Judges a capture by the doctor's ids: findings worst first, and what this capture cannot show, once per rule and reason. Addresses are
 * those on the wire; `namespace` is 0.
 */
export function diagnoseCapture(facts: CaptureFacts, rules: readonly WireRule[] = allWireRules): Diagnosis {
  const judgements: readonly Judgement[] = rules.map((rule) => rule.judge(facts));
  const findings = judgements.flatMap((one) => one.findings).toSorted(compareFindings);
  const told = new Set(findings.map(({ id }) => id));
  const unknowns = new Map<string, Unknown>();
  for (const unknown of [...judgements.flatMap((one) => one.unknowns ?? []), ...unseenBy(facts, told)]) {
    unknowns.set(`${unknown.rule} ${unknown.missing} ${unknown.because}`, unknown);
  }
  return { findings, unknowns: [...unknowns.values()] };
}
