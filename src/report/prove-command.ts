import type { Finding } from '../tcp/finding.ts';
import type { Report } from '../tcp/report.ts';
import { whyNotProvable } from '../tcp/why-not-provable.ts';
import { shellWord } from './shell-word.ts';

/** What shows this finding's remedy at work in the laboratory; undefined where it cannot be rebuilt there. */
export function proveCommand(finding: Finding, report: Report): string | undefined {
  if (whyNotProvable(finding) !== undefined) return undefined;
  const command = `halfopen prove ${finding.id}`;
  const isAlone = report.findings.filter(({ id }) => id === finding.id).length === 1;
  const [subject = ''] = Object.values(finding.subject);
  return isAlone || subject === '' ? command : `${command} --subject ${shellWord(subject)}`;
}
