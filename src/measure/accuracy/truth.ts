import type { Finding, FindingId } from '../../tcp/finding.ts';

/** What is wrong on a host, as its stager knows it; the doctor is not told. */
export interface Truth {
  readonly id: FindingId;
  readonly cause: string;
  /** These parts of the finding's subject have to be right; it may have more. */
  readonly subject: Readonly<Record<string, string>>;
  /** Process id: need not be named, but no other one may be. */
  readonly owner?: string;
  /** `alarm`: warning or critical. `remark`: information, for what is worth a line and is no trouble yet. */
  readonly level: 'alarm' | 'remark';
}

/** What a fault brings about besides itself, and that the doctor may therefore say as well, without being wrong. */
export interface Consequence {
  readonly id: FindingId;
  /** Only with this cause. */
  readonly cause?: string;
  readonly because: string;
}

export function isAlarm({ severity }: Pick<Finding, 'severity'>): boolean {
  return severity !== 'info';
}

/** Name, cause and subject are right, whatever the severity. */
export function names(finding: Finding, truth: Truth): boolean {
  return finding.cause.id === truth.cause && isAbout(finding, truth);
}

/** The right finding about the right subject, be the cause right or not. */
export function isAbout(finding: Finding, { id, subject, owner }: Truth): boolean {
  const isOthers = owner !== undefined && finding.subject.pid !== undefined && finding.subject.pid !== owner;
  return (
    finding.id === id &&
    !isOthers &&
    Object.entries(subject).every(([part, value]) => finding.subject[part] === value)
  );
}
