import type { Finding } from '../tcp/finding.ts';
import type { Report, ReportNamespace } from '../tcp/report.ts';
import { proveCommand } from './prove-command.ts';

/** What a finding is drawn with, besides itself. */
export interface FindingInput {
  /** With two or more it is said in which one it was found. */
  readonly namespaces: readonly Pick<ReportNamespace, 'inode' | 'names'>[];
  /** The command that shows its remedy at work; undefined where there is none. */
  readonly prove: (finding: Finding) => string | undefined;
}

/** For what the doctor found on a host. */
export function hostFindingInput(report: Report): FindingInput {
  return { namespaces: report.namespaces, prove: (finding) => proveCommand(finding, report) };
}
