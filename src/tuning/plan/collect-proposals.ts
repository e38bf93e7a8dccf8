import type { Remedy } from '../../tcp/finding.ts';
import type { PlanRefusal } from '../../tcp/tune-plan.ts';
import type { Proposal, ReportedFinding } from './proposal.ts';

export interface Collected {
  readonly proposals: readonly Proposal[];
  readonly refusals: readonly PlanRefusal[];
}

/** What the remedies of all findings come to, in their order: what to change, and what changes nothing. */
export function collectProposals(findings: readonly ReportedFinding[]): Collected {
  const proposals = findings.flatMap((finding) =>
    finding.remedies.filter((remedy) => !isIdle(remedy)).flatMap((remedy) => proposalsOf(finding, remedy)),
  );
  const refusals = findings.flatMap((finding) =>
    finding.remedies.filter(isIdle).map((remedy): PlanRefusal => refusalOf(finding, remedy)),
  );
  return { proposals, refusals };
}

/** A rule's own kind, and what the report makes of it. */
export function isIdle({ kind, effect, idle }: Remedy): boolean {
  return kind === 'none' || effect === 'none' || idle !== undefined;
}

function refusalOf(
  { id, namespace, subject }: ReportedFinding,
  { summary, effect, idle }: Remedy,
): PlanRefusal {
  const more = effect === '' || effect === 'none' || summary.endsWith(effect) ? '' : `: ${effect}`;
  return {
    knobs: idle ?? [],
    namespace,
    finding: id,
    listener: subject.listener ?? null,
    because: `${summary}${more}`,
  };
}

function proposalsOf(finding: ReportedFinding, remedy: Remedy): readonly Proposal[] {
  const { change, summary, command, effect, risk } = remedy;
  const isNote = finding.severity === 'info';
  const base = { namespace: finding.namespace, findings: [finding.id], effect, risk };
  const listener = finding.subject.listener;
  // "To make it last" is part of each change.
  const isAside = remedy.kind === 'sysctl' && command === '';
  if (change === undefined)
    return isNote || isAside ? [] : [{ ...base, kind: 'manual', optional: false, why: '', summary, command }];
  const optional = isNote || change.optional === true;
  const { why } = change;
  const sysctls = Object.entries(change.sysctls ?? {}).map(
    ([parameter, value]): Proposal => ({
      ...base,
      kind: 'sysctl',
      optional,
      why,
      parameter,
      value,
      listener,
    }),
  );
  if (change.backlog === undefined || listener === undefined) return sysctls;
  const backlog = { value: change.backlog, summary, command };
  return [...sysctls, { ...base, kind: 'backlog', optional, why, listener, ...backlog }];
}
