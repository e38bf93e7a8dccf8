import type { Finding } from '../tcp/finding.ts';
import { compareFindings } from '../tcp/finding-order.ts';

/** Worst first, as the diagnosis orders them: saved reports may come in any order. */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted(compareFindings);
}

/** A finding that makes the verdict: notes (info) do not. */
export function isProblem(finding: Finding): boolean {
  return finding.severity !== 'info';
}
