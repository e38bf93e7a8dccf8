import { usageError } from '../../base/errors.ts';
import { type Finding, type FindingId, findingIds } from '../../tcp/finding.ts';
import { compareFindings } from '../../tcp/finding-order.ts';
import type { Report } from '../../tcp/report.ts';
import { unprovable, whyNotProvable } from '../../tcp/why-not-provable.ts';

/** Throws a usage error that names the ids which can be proved. */
export function readFindingId(text: string): FindingId {
  const id = findingIds.find((known) => known === text);
  if (id !== undefined) return id;
  throw usageError(
    'prove',
    `"${text}"`,
    `No finding is called that. These can be proved: ${provableIds().join(', ')}.`,
  );
}

export function provableIds(): readonly FindingId[] {
  return findingIds.filter((id) => unprovable[id] === undefined);
}

/**
 * The finding of this id that is meant: of several the worst, of equally bad ones that which can be rebuilt. `about` picks those whose
 * title or subject contains it. Throws a usage error that names what there is.
 */
export function chooseFinding(report: Report, id: FindingId, about: string | undefined): Finding {
  const ofId = report.findings.filter((finding) => finding.id === id);
  if (ofId.length === 0) throw notInReport(report, id);
  const meant = about === undefined ? ofId : ofId.filter((finding) => isAbout(finding, about));
  const [first] = [...meant].sort(
    (a, b) => Number(isRuledOut(a)) - Number(isRuledOut(b)) || compareFindings(a, b),
  );
  if (first !== undefined) return first;
  throw usageError(
    `prove ${id} about`,
    `"${about}"`,
    `The report has it about: ${ofId.map(subjectText).join('; ')}.`,
  );
}

function isRuledOut(finding: Finding): boolean {
  return whyNotProvable(finding) !== undefined;
}

function isAbout({ title, subject }: Finding, about: string): boolean {
  const text = about.toLowerCase();
  return [title, ...Object.values(subject)].some((part) => part.toLowerCase().includes(text));
}

function notInReport({ findings }: Report, id: FindingId): Error {
  const ids = [...new Set(findings.map((finding) => finding.id))];
  const there = ids.length === 0 ? 'It has no findings at all.' : `It has: ${ids.join(', ')}.`;
  return usageError('prove', `${id}: it is not in the report`, there);
}

/** "0.0.0.0:24224 (ruby, pid 812)", from whatever the subject names. */
export function subjectText({ subject }: Finding): string {
  const { process, pid, ...rest } = subject;
  const [what] = ['listener', 'destination', 'port', 'namespace', 'sysctl', 'client', 'counter', 'direction']
    .flatMap((name) => rest[name] ?? [])
    .filter((text) => text !== '');
  const owner = [process, pid === undefined ? undefined : `pid ${pid}`].filter((part) => part !== undefined);
  const who = owner.length === 0 ? '' : `(${owner.join(', ')})`;
  return [what ?? Object.values(rest)[0] ?? '', who].filter((part) => part !== '').join(' ');
}
