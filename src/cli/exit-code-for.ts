import { exitCodes } from '../base/errors.ts';
import { type Finding, type Severity, severities } from '../tcp/finding.ts';

/** 1 where something is at least as bad as `failOn`. */
export function exitCodeFor(findings: readonly Finding[], failOn: Severity): number {
  const threshold = severities.indexOf(failOn);
  const failed = findings.some((finding) => severities.indexOf(finding.severity) <= threshold);
  return failed ? exitCodes.findings : exitCodes.clean;
}
