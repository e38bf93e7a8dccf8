import { formatCount, formatShare, plural } from '../../base/units.ts';
import type { Evidence } from '../../tcp/finding.ts';
import { counterEvidence } from '../evidence.ts';
import type { RuleView } from '../rule.ts';
import { busiestThread, waitText } from './accept-queue-cause.ts';
import type { AcceptQueueFacts } from './accept-queue-facts.ts';

/** What a reader wants to see of a full queue: fill, drops, whose limit, who should accept and what it does, who waits. */
export function acceptQueueEvidence(view: RuleView, facts: AcceptQueueFacts): readonly Evidence[] {
  const { listener } = facts;
  const { length, limit } = listener.acceptQueue.after;
  const seen = facts.fullShare > 0 ? `, full ${formatShare(facts.fullShare)} of the time` : '';
  const evidence: Evidence[] = [
    {
      source: 'sock_diag',
      name: 'acceptQueue.length',
      value: length,
      unit: 'connections',
      note: `${formatCount(length)} of ${formatCount(limit)}, peak ${formatCount(facts.peak)}${seen}${waitText(facts)}`,
    },
    {
      source: 'sock_diag',
      name: 'listener.drops',
      value: facts.dropped,
      unit: 'segments',
      note: dropNote(facts),
    },
    {
      source: 'sock_diag',
      name: 'acceptQueue.limit',
      value: limit,
      unit: 'connections',
      note: limitNote(facts),
    },
    counterEvidence(view, 'TcpExt.ListenOverflows'),
    ...processEvidence(facts),
  ];
  const [peer] = listener.waiting.after.peers;
  if (peer) {
    const top = listener.waiting.after.peers
      .slice(0, 3)
      .map((one) => `${one.address} (${formatCount(one.count)})`);
    evidence.push({
      source: 'sock_diag',
      name: 'acceptQueue.peers',
      value: peer.address,
      unit: '',
      note: top.join(', '),
    });
  }
  return evidence;
}

function dropNote(facts: AcceptQueueFacts): string {
  if (facts.dropped === 0) {
    return `${formatCount(facts.droppedEver)} segments since it began to listen, none in the window: no new SYN came`;
  }
  const clients = facts.clientsUnanswered
    ? `; ${plural(facts.clientsUnanswered, 'connection')} seen without an answer`
    : '';
  return `${plural(facts.dropped, 'segment')} in the window on this listener, retries count again${clients}`;
}

function limitNote({ limitSetBy, somaxconn, limit }: AcceptQueueFacts): string {
  const namespaceLimit =
    somaxconn === undefined ? '' : ` (somaxconn in this namespace is ${formatCount(somaxconn)})`;
  if (limitSetBy === 'application') return `${formatCount(limit)}, set by the application${namespaceLimit}`;
  if (limitSetBy === 'somaxconn')
    return `${formatCount(limit)}, cut to (or asked for as much as) net.core.somaxconn of this namespace`;
  return `${formatCount(limit)}, set at the time of listen()${namespaceLimit}`;
}

function processEvidence({ processes }: AcceptQueueFacts): Evidence[] {
  const evidence: Evidence[] = processes.slice(0, 4).map((process) => ({
    source: `/proc/${process.pid}`,
    name: 'process.state',
    value: process.state.after,
    unit: '',
    note: `${process.name}, pid ${process.pid}, state ${process.state.after}${descriptorNote(process)}`,
  }));
  const busy = busiestThread(processes);
  if (busy) {
    const { cpuShare, tid, waitChannel, systemCall, systemCallTarget } = busy.thread;
    const where = systemCall
      ? `, in ${systemCall}${systemCallTarget ? ` on ${systemCallTarget}` : ''}`
      : waitChannel
        ? `, in ${waitChannel}`
        : '';
    evidence.push({
      source: `/proc/${busy.process.pid}/task/${tid}`,
      name: 'thread.cpuShare',
      value: Number(cpuShare.toFixed(3)),
      unit: 'cores',
      note: `thread ${tid} at ${formatShare(cpuShare)} of a core${cpuShare < 0.5 ? where : ''}`,
    });
  }
  return evidence;
}

function descriptorNote(process: AcceptQueueFacts['processes'][number]): string {
  const { openDescriptors, descriptorLimit } = process;
  if (!openDescriptors || descriptorLimit === undefined) return '';
  return `, ${formatCount(openDescriptors.after)} of ${formatCount(descriptorLimit)} descriptors open`;
}
