import type { FindingId } from '../../tcp/finding.ts';
import type { BacklogProposal, Proposal, ReportedFinding, SysctlProposal } from './proposal.ts';

/** Of two findings the larger need decides; for anything else the worse finding, which comes first. */
const sizes: ReadonlySet<string> = new Set([
  'net.core.somaxconn',
  'net.core.netdev_max_backlog',
  'net.ipv4.tcp_max_orphans',
  'net.ipv4.tcp_max_syn_backlog',
  'net.ipv4.tcp_max_tw_buckets',
  'net.netfilter.nf_conntrack_buckets',
  'net.netfilter.nf_conntrack_max',
]);

/** One proposal for each parameter of a namespace and each listener; somaxconn before the first listener that needs it. */
export function mergeProposals(
  proposals: readonly Proposal[],
  findings: readonly ReportedFinding[],
): readonly Proposal[] {
  const merged = new Map<string, Proposal>();
  for (const proposal of proposals) {
    if (isInVain(proposal, findings)) continue;
    const key = keyOf(proposal);
    const before = merged.get(key);
    merged.set(key, before === undefined ? proposal : joined(before, proposal));
  }
  return capsFirst([...merged.values()]);
}

/** Where nobody accepts in time a longer queue of the same listener cures nothing, whoever proposes it. */
function isInVain(proposal: Proposal, findings: readonly ReportedFinding[]): boolean {
  if (proposal.kind === 'manual' || proposal.listener === undefined) return false;
  if (proposal.kind === 'sysctl' && proposal.parameter !== 'net.core.somaxconn') return false;
  const { namespace, listener } = proposal;
  return findings.some(
    ({ id, severity, namespace: inode, subject, remedies }) =>
      (id === 'accept-queue-overflow' || id === 'accept-queue-pressure') &&
      severity !== 'info' &&
      inode === namespace &&
      subject.listener === listener &&
      remedies.some(({ idle = [] }) => idle.includes('backlog')),
  );
}

function keyOf(proposal: Proposal): string {
  const { kind, namespace } = proposal;
  if (kind === 'sysctl') return `${namespace} ${proposal.parameter}`;
  if (kind === 'backlog') return `${namespace} backlog ${proposal.listener}`;
  return `${namespace} ${proposal.summary} ${proposal.command}`;
}

function joined(first: Proposal, second: Proposal): Proposal {
  // What is needed comes before what may be done.
  const [leading, other] = first.optional && !second.optional ? [second, first] : [first, second];
  const winner = !other.optional && isLarger(other, leading) ? other : leading;
  const findings: readonly FindingId[] = [...new Set([...first.findings, ...second.findings])];
  return { ...winner, findings, optional: first.optional && second.optional };
}

function isLarger(one: Proposal, than: Proposal): boolean {
  const [a, b] = [sizeOf(one), sizeOf(than)];
  return a !== undefined && b !== undefined && a > b;
}

function sizeOf(proposal: Proposal): number | undefined {
  if (proposal.kind === 'backlog') return proposal.value;
  return proposal.kind === 'sysctl' && sizes.has(proposal.parameter) ? Number(proposal.value) : undefined;
}

/** listen() looks at somaxconn: it has to be there when the program listens again, and large enough for all of them. */
function capsFirst(proposals: readonly Proposal[]): readonly Proposal[] {
  const isCap = (proposal: Proposal): proposal is SysctlProposal =>
    proposal.kind === 'sysctl' && proposal.parameter === 'net.core.somaxconn';
  const caps = proposals.filter(isCap);
  const raised = caps.map((cap) => {
    const needs = proposals.filter(
      (one): one is BacklogProposal =>
        one.kind === 'backlog' && one.namespace === cap.namespace && (cap.optional || !one.optional),
    );
    const most = Math.max(Number(cap.value), ...needs.map(({ value }) => value));
    return { ...cap, value: String(most) };
  });
  const rest = proposals.filter((proposal) => !isCap(proposal));
  const firstUse = (cap: SysctlProposal): number => {
    const at = rest.findIndex((one) => one.namespace === cap.namespace);
    return at < 0 ? rest.length : at;
  };
  return raised.reduceRight<readonly Proposal[]>((all, cap) => {
    const at = cap.optional ? all.length : firstUse(cap);
    return all.toSpliced(Math.min(at, all.length), 0, cap);
  }, rest);
}
