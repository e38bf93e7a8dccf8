import { formatEndpoint } from '../../base/ip-text.ts';
import { formatCount } from '../../base/units.ts';
import { acceptQueueCapacity, synQueueCapacity } from '../../tcp/queue-limits.ts';
import type { ContractReport, ReportListener, ReportNamespace } from '../../tcp/report.ts';
import { initialNamespaceSysctl } from '../../tcp/sysctls.ts';
import type { PlanChange, PlanFinding, PlanListener, PlanRefusal } from '../../tcp/tune-plan.ts';
import { collectProposals } from './collect-proposals.ts';
import { type JudgedProposal, type JudgedSysctl, judgeProposals } from './judge-proposals.ts';
import { mergeProposals } from './merge-proposals.ts';
import type { BacklogProposal } from './proposal.ts';
import { agreeOnLines } from './same-line.ts';

/** Where a listener's backlog is set, as it was found on the host; or why it could not be. */
export type FoundEdit =
  | Pick<
      Extract<PlanChange, { kind: 'config-edit' }>,
      | 'server'
      | 'title'
      | 'pid'
      | 'root'
      | 'file'
      | 'sha256'
      | 'edit'
      | 'diff'
      | 'takesEffect'
      | 'check'
      | 'notes'
    >
  | { readonly refused: string };

export interface BacklogPlace {
  readonly listener: PlanListener;
  readonly pid: number;
  readonly backlog: number;
}

export interface Changes {
  readonly changes: readonly PlanChange[];
  readonly refusals: readonly PlanRefusal[];
  readonly findings: readonly PlanFinding[];
}

/** What is looked up on the host itself, where the report is of this host. */
export interface HostLook {
  readonly findEdit: (place: BacklogPlace) => FoundEdit;
  /** Of a namespace by its inode; null: the report is all there is. */
  readonly readSysctl: ((namespace: number, parameter: string) => string | undefined) | null;
}

/** A report's findings as changes. */
export async function makeChanges(
  report: ContractReport,
  { findEdit, readSysctl }: HostLook,
): Promise<Changes> {
  const { findings } = report;
  const collected = collectProposals(findings);
  const merged = mergeProposals(collected.proposals, findings);
  const present = {
    // A report has the parameters that rules read; of what has changed since, the present value counts.
    of: (inode: number, parameter: string) =>
      readSysctl ? readSysctl(inode, parameter) : namespaceOf(report, inode)?.sysctls[parameter],
    isLive: readSysctl !== null,
    initial: report.namespaces.find(isInitial)?.inode,
  };
  const judged = await judgeProposals(merged, present, report.host.kernelRelease);
  const ordered = [
    ...judged.proposals.filter(({ optional }) => !optional),
    ...judged.proposals.filter(({ optional }) => optional),
  ];
  const around = { report, findEdit, ordered };
  const made = ordered.map((proposal, at) => changeOf(proposal, at + 1, around));
  const changes = agreeOnLines(made, (at, backlog) => {
    const proposal = ordered[at];
    return proposal?.kind === 'backlog'
      ? changeOf({ ...proposal, value: backlog }, at + 1, around)
      : (made[at] as PlanChange);
  });
  return {
    changes,
    refusals: trueRefusals([...judged.refusals, ...collected.refusals], changes),
    findings: findings.map(({ id, namespace, severity, cause, title, subject }) => ({
      id,
      namespace,
      severity,
      cause: cause.id,
      title,
      subject,
    })),
  };
}

export function isInitial({ names, sysctls }: ReportNamespace): boolean {
  return names.includes('host') || sysctls[initialNamespaceSysctl] !== undefined;
}

function listenerName({ address, port }: PlanListener): string {
  return formatEndpoint(address, port);
}

function namespaceOf(report: ContractReport, inode: number): ReportNamespace | undefined {
  return report.namespaces.find((one) => one.inode === inode);
}

interface Surroundings {
  readonly report: ContractReport;
  readonly findEdit: (place: BacklogPlace) => FoundEdit;
  readonly ordered: readonly JudgedProposal[];
}

function changeOf(proposal: JudgedProposal, id: number, around: Surroundings): PlanChange {
  const { namespace, findings, optional, why, effect, risk } = proposal;
  const base = { id, namespace, findings, optional, why, effect, risk, doesNot: '' };
  if (proposal.kind === 'manual')
    return { kind: 'manual', ...base, summary: proposal.summary, command: proposal.command };
  return proposal.kind === 'sysctl'
    ? sysctlChange(proposal, base, around)
    : backlogChange(proposal, base, around);
}

type Base = Pick<
  PlanChange,
  'id' | 'namespace' | 'findings' | 'optional' | 'why' | 'effect' | 'risk' | 'doesNot'
>;

function sysctlChange(proposal: JudgedSysctl, base: Base, { report }: Surroundings): PlanChange {
  const { parameter, value, about, present } = proposal;
  const namespace = namespaceOf(report, proposal.namespace);
  const initial = namespace !== undefined && isInitial(namespace);
  return {
    kind: 'sysctl',
    ...base,
    parameter,
    present,
    value,
    read: about.read,
    lasts: initial ? 'drop-in' : 'elsewhere',
    keep: initial
      ? '/etc/sysctl.d/90-halfopen.conf'
      : `where the namespace is made: docker run --sysctl ${parameter}=${value.replaceAll(' ', ',')}, a pod's securityContext.sysctls, or whatever set it up; the host's sysctl.d does not reach it`,
    doesNot: about.doesNot,
  };
}

function backlogChange(proposal: BacklogProposal, base: Base, around: Surroundings): PlanChange {
  const { report, findEdit } = around;
  const { value, listener: name } = proposal;
  const namespace = namespaceOf(report, proposal.namespace);
  const listener = namespace?.listeners.find((one) => listenerName(one) === name);
  const effect = roomText(proposal, listener, around);
  const doesNot =
    'A longer queue carries over peaks. Where connections arrive faster than they are accepted all the time, it only makes them wait longer.';
  const found: FoundEdit =
    listener?.process == null
      ? { refused: 'which process holds the socket was not seen' }
      : findEdit({
          listener: { family: listener.family, address: listener.address, port: listener.port },
          pid: listener.process.pid,
          backlog: value,
        });
  if ('refused' in found || listener === undefined) {
    const why = 'refused' in found ? ` (${found.refused})` : '';
    const summary = `${proposal.summary}${why}`;
    return { kind: 'manual', ...base, effect, doesNot, summary, command: proposal.command };
  }
  const { family, address, port, acceptQueue } = listener;
  const present = acceptQueue.limit;
  return {
    kind: 'config-edit',
    ...base,
    effect,
    doesNot,
    listener: { family, address, port },
    ...found,
    present,
    value,
  };
}

/** What fits into the two queues, by the model of the kernel's own tests. */
function roomText(
  { namespace: inode, value }: BacklogProposal,
  listener: ReportListener | undefined,
  { report, ordered }: Surroundings,
): string {
  const inForce = (parameter: string): number => {
    const planned = ordered.find(
      (one) =>
        one.kind === 'sysctl' && one.namespace === inode && one.parameter === parameter && !one.optional,
    );
    const text = planned?.kind === 'sysctl' ? planned.value : namespaceOf(report, inode)?.sysctls[parameter];
    return Number(text ?? Number.NaN);
  };
  const somaxconn = inForce('net.core.somaxconn');
  const limit = Number.isNaN(somaxconn) ? value : Math.min(value, somaxconn);
  const [syncookies, maxSynBacklog] = [
    inForce('net.ipv4.tcp_syncookies'),
    inForce('net.ipv4.tcp_max_syn_backlog'),
  ];
  const known = !Number.isNaN(syncookies) && (syncookies !== 0 || !Number.isNaN(maxSynBacklog));
  const { kernelRelease } = report.host;
  const synQueue = known ? synQueueCapacity({ limit, syncookies, maxSynBacklog, kernelRelease }) : undefined;
  const before = listener?.acceptQueue.limit;
  const instead = before == null ? '' : ` instead of ${formatCount(acceptQueueCapacity(before))}`;
  const half =
    synQueue === undefined || synQueue === 0 ? '' : ` and for ${formatCount(synQueue)} half-open ones`;
  return `room for ${formatCount(acceptQueueCapacity(limit))} complete connections${instead}${half}, when it listens again`;
}

/** A knob that is part of the plan is not called idle beside it, and the same is not said twice. */
function trueRefusals(
  refusals: readonly PlanRefusal[],
  changes: readonly PlanChange[],
): readonly PlanRefusal[] {
  const isPlanned = (knob: string, { namespace, listener }: PlanRefusal): boolean =>
    changes.some(
      (change) =>
        !change.optional &&
        change.namespace === namespace &&
        ((change.kind === 'sysctl' && change.parameter === knob) ||
          (knob === 'backlog' &&
            change.kind === 'config-edit' &&
            listenerName(change.listener) === listener)),
    );
  const kept = refusals.flatMap((refusal): PlanRefusal[] => {
    const knobs = refusal.knobs.filter((knob) => !isPlanned(knob, refusal));
    return knobs.length === 0 && refusal.knobs.length > 0 ? [] : [{ ...refusal, knobs }];
  });
  return kept.filter(
    (one, at) =>
      kept.findIndex((other) => other.because === one.because && other.namespace === one.namespace) === at,
  );
}
