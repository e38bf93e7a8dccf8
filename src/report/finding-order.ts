import { confidences, type Finding, severities } from '../tcp/finding.ts';

/** Worst first; of equals the surer first; otherwise the diagnosis' own order. */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted(
    (a, b) =>
      severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
      confidences.indexOf(a.confidence) - confidences.indexOf(b.confidence),
  );
}

/** A finding that makes the verdict: notes (info) do not. */
export function isProblem(finding: Finding): boolean {
  return finding.severity !== 'info';
}
