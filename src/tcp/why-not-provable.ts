/** Which findings `halfopen prove` can rebuild: known to whoever draws a report, without the laboratory. */
import type { Finding, FindingId, Remedy } from './finding.ts';

type Provable = Pick<Finding, 'id' | 'cause' | 'subject' | 'remedies' | 'experiment'>;

/** Limits of the whole machine, and what only another program or another host can cure. */
export const unprovable: Readonly<Partial<Record<FindingId, string>>> = {
  'conntrack-full':
    'nf_conntrack_max is one number for the whole machine: filling the table would drop the packets of everybody here',
  'softnet-drops':
    'the queues of arriving packets belong to the processors of this machine, and not to a network namespace',
  'nic-drops': 'a network card drops them, and the laboratory has none',
  'orphans-limit':
    'tcp_max_orphans is one number for the whole machine, and reaching it would reset connections of others',
  'tcp-memory-pressure':
    'tcp_mem is one number for the whole machine, and reaching it would slow everybody down',
  'connect-refused':
    'what helps is to start a server or to change a rule of a firewall, and no parameter of the laboratory stands for that; to see a refusal: halfopen lab run connect-refused',
};

const fullQueueCauses = [
  'process-stopped',
  'fd-limit',
  'cpu-saturated',
  'blocked',
  'burst',
  'backlog-too-small',
  'sustained-overload',
];

/** Where only some of the causes can be rebuilt; the others are named by the doctor, and end here. */
const provableCauses: Readonly<Partial<Record<FindingId, readonly string[]>>> = {
  'accept-queue-overflow': fullQueueCauses,
  'accept-queue-pressure': fullQueueCauses,
  'syn-queue-overflow': ['burst', 'max-syn-backlog', 'dead-requests'],
  'syn-flood': ['few-sources', 'forged-or-distributed'],
  'connection-churn': ['heartbeats'],
  'connect-timeouts': ['no-answer', 'never-left', 'accept-queue-full'],
  'dead-peers': ['data-unacknowledged', 'keepalive-unanswered', 'close-unacknowledged'],
  'ephemeral-ports-exhausted': ['time-wait', 'open-connections'],
  retransmissions: ['packet-loss', 'spurious'],
  'paws-rejections': ['old-timestamps'],
};

/** One clause, or undefined: `halfopen prove` can try a remedy of this finding. */
export function whyNotProvable(finding: Provable): string | undefined {
  const { id, cause, subject, experiment } = finding;
  const always = unprovable[id];
  if (always !== undefined) return always;
  const causes = provableCauses[id];
  if (causes !== undefined && !causes.includes(cause.id))
    return `the laboratory cannot rebuild its cause (${cause.id}: ${cause.title})`;
  if (id === 'syn-flood' && experiment.set.tcp_syncookies !== '0')
    return 'SYN cookies keep the listener reachable, so that there is no failure to cure; to see that: halfopen lab run syn-flood';
  if (id === 'namespace-sysctl-mismatch' && subject.sysctl !== 'net.core.somaxconn')
    return `only net.core.somaxconn is tried there, and this is about ${subject.sysctl}`;
  if (!finding.remedies.some(isHelpful)) return 'it proposes no remedy';
  return undefined;
}

/** Not one of those that are listed because they do nothing. */
export function isHelpful({ kind, effect }: Remedy): boolean {
  return kind !== 'none' && effect !== 'none';
}
