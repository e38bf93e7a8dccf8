import { type KernelVersion, newestKernel, parseKernelVersion } from '../../tcp/model/kernel-version.ts';
import { loadParameters } from '../../tcp/parameters/all-parameters.ts';
import { judgeValue } from '../../tcp/parameters/judge-value.ts';
import type { Parameter } from '../../tcp/parameters/parameter.ts';
import { parameterValue, sameValue } from '../../tcp/parameters/parameter-value.ts';
import type { PlanRefusal } from '../../tcp/tune-plan.ts';
import type { Proposal, SysctlProposal } from './proposal.ts';

export interface PresentValues {
  /** Of a namespace, by full name; undefined: not read. */
  readonly of: (namespace: number, parameter: string) => string | undefined;
  /** The values are those of the running kernel: what cannot be read is not there. */
  readonly isLive: boolean;
  /** Inode of the initial namespace; undefined: not in the report. */
  readonly initial: number | undefined;
}

export interface JudgedSysctl extends SysctlProposal {
  readonly about: Parameter;
  readonly present: string | null;
}

export type JudgedProposal = Exclude<Proposal, SysctlProposal> | JudgedSysctl;

export interface JudgedProposals {
  readonly proposals: readonly JudgedProposal[];
  readonly refusals: readonly PlanRefusal[];
}

/**
 * What the catalogue says of each value beside the others: what it calls harmful or obsolete, what the kernel would refuse, and what it
 * would not look at is refused with the catalogue's words; what is so already is left out.
 */
export async function judgeProposals(
  proposals: readonly Proposal[],
  present: PresentValues,
  kernelRelease: string,
): Promise<JudgedProposals> {
  const kernel = parseKernelVersion(kernelRelease) ?? newestKernel;
  const sysctls = proposals.filter((one): one is SysctlProposal => one.kind === 'sysctl');
  const parameters = await loadParameters([
    ...sysctls.map(({ parameter }) => parameter),
    'net.ipv4.tcp_syncookies',
    'net.ipv4.ip_unprivileged_port_start',
    'net.ipv4.ip_local_reserved_ports',
  ]);
  const judged: JudgedProposal[] = [];
  const refusals: PlanRefusal[] = [];
  for (const proposal of proposals) {
    if (proposal.kind !== 'sysctl') {
      judged.push(proposal);
      continue;
    }
    const about = parameters.get(proposal.parameter);
    const placed = { ...proposal, namespace: placeOf(proposal, about, present) };
    const now = present.of(placed.namespace, placed.parameter) ?? null;
    if (now !== null && same(now, placed.value, about)) continue;
    const isMissing = now === null && present.isLive && placed.namespace !== 0;
    const missing = isMissing ? 'there is no such parameter in this network namespace' : undefined;
    const because = about
      ? (refusalOf(placed, about, { proposals: sysctls, present, kernel, parameters }) ??
        missing ??
        whyNotAllowed(placed, present))
      : `${placed.parameter} is not in the catalogue: nobody has judged this value`;
    if (because === undefined && about) judged.push({ ...placed, about, present: now });
    else refusals.push(refuse(placed, because ?? ''));
  }
  return { proposals: judged, refusals };
}

/** What is the whole kernel's can be written in the initial namespace only. */
function placeOf(
  { namespace }: SysctlProposal,
  about: Parameter | undefined,
  { initial }: PresentValues,
): number {
  return about?.scope === 'global' || about?.scope === 'view' ? (initial ?? 0) : namespace;
}

function same(now: string, wanted: string, about: Parameter | undefined): boolean {
  const type = about?.type ?? 'text';
  return sameValue(parameterValue(now, type), parameterValue(wanted, type), type);
}

interface Surroundings {
  readonly proposals: readonly SysctlProposal[];
  readonly present: PresentValues;
  readonly kernel: KernelVersion;
  readonly parameters: ReadonlyMap<string, Parameter>;
}

function refusalOf(
  { namespace, parameter, value }: SysctlProposal,
  about: Parameter,
  { proposals, present, kernel, parameters }: Surroundings,
): string | undefined {
  if (namespace === 0)
    return 'it belongs to the whole kernel and can be set on the host only, whose namespace was not looked at (--netns all)';
  const inForce = (name: string): string | undefined =>
    proposals.find((one) => one.namespace === namespace && one.parameter === name && !one.optional)?.value ??
    present.of(namespace, name);
  const verdict = judgeValue(about, value, {
    kernel,
    other: (name) => {
      const text = inForce(name);
      return text === undefined ? undefined : parameterValue(text, parameters.get(name)?.type ?? 'numbers');
    },
  });
  if (verdict.problem !== null || ['harmful', 'obsolete', 'unrelated'].includes(verdict.judgement))
    return verdict.because;
  // Whatever its value, nobody looks at it then (tcp_conn_request()).
  const cookies = inForce('net.ipv4.tcp_syncookies');
  return parameter === 'net.ipv4.tcp_max_syn_backlog' && cookies !== '0' ? verdict.because : undefined;
}

const allowedControls = 'net.ipv4.tcp_allowed_congestion_control';

/** Only the initial namespace may take any, and load its module (tcp_set_default_congestion_control()). */
function whyNotAllowed(
  { namespace, parameter, value }: SysctlProposal,
  present: PresentValues,
): string | undefined {
  if (parameter !== 'net.ipv4.tcp_congestion_control' || namespace === present.initial) return undefined;
  const allowed = present.of(namespace, allowedControls);
  if (allowed === undefined || allowed.split(/\s+/).includes(value)) return undefined;
  return `the kernel refuses it to this network namespace (EPERM), which may choose among ${allowed.trim()}: it has to be in ${allowedControls} of the host first`;
}

function refuse(
  { parameter, value, namespace, findings, listener }: SysctlProposal,
  because: string,
): PlanRefusal {
  const [finding = 'namespace-sysctl-mismatch'] = findings;
  return {
    knobs: [parameter],
    namespace,
    finding,
    listener: listener ?? null,
    because: `${parameter}=${value}: ${because}`,
  };
}
