import { formatCount, formatRate, formatShare } from '../../base/units.ts';
import type { Evidence, Finding, RuledOut } from '../../tcp/finding.ts';
import { counterEvidence, counterRise, perSecond, silentLowerLayers } from '../evidence.ts';
import { retransmissionExperiment } from '../experiment/retransmission-experiment.ts';
import { namespaceText } from '../namespace-command.ts';
import { type RetransmissionFacts, retransmissionFacts } from '../retransmissions/retransmission-facts.ts';
import { isNotable, resendSeverity } from '../retransmissions/retransmission-limits.ts';
import { retransmissionRemedies } from '../retransmissions/retransmission-remedies.ts';
import { retransmissionExplanations, retransmissionTitles } from '../retransmissions/retransmission-words.ts';
import { defineRule, type RuleView } from '../rule.ts';
import { mostFrequent } from '../socket-groups/lasting-sockets.ts';

/** Data has to be sent again more often than a healthy path needs. */
export const retransmissions = defineRule({
  id: 'retransmissions',
  summary: 'data has to be sent again: segments are lost on the way, or believed lost',
  needs: ['counters'],
  scope: 'namespace',
  judge: (view) => {
    const facts = retransmissionFacts(view);
    if (facts === undefined) {
      return {
        findings: [],
        unknowns: [
          { rule: 'retransmissions', missing: 'Tcp.RetransSegs', because: 'this kernel does not show it' },
        ],
      };
    }
    return {
      findings: isNotable(facts) ? [describe(view, facts)] : [],
    };
  },
});

function describe(view: RuleView, facts: RetransmissionFacts): Finding {
  const { cause, resent, share } = facts;
  return {
    id: 'retransmissions',
    severity: resendSeverity(cause, facts),
    confidence: cause === 'local-drop' || cause === 'dead-peers' ? 'certain' : 'likely',
    namespace: view.namespace.inode,
    subject: { namespace: view.namespace.names[0] ?? String(view.namespace.inode), cause },
    title: `${formatShare(share)} of the segments sent from ${namespaceText(view)} were sent again (${formatCount(resent)}): ${retransmissionTitles[cause]}`,
    explanation: retransmissionExplanations[cause],
    cause: { id: cause, title: retransmissionTitles[cause] },
    evidence: evidenceFor(view, facts),
    ruledOut: ruledOutFor(view, facts),
    remedies: retransmissionRemedies(view, cause),
    experiment: retransmissionExperiment(cause, share),
  };
}

function evidenceFor(view: RuleView, facts: RetransmissionFacts): readonly Evidence[] {
  const { resent, sent, share, duplicates, unanswered, failed } = facts;
  const evidence: Evidence[] = [
    {
      source: '/proc/net/snmp',
      name: 'Tcp.RetransSegs',
      value: resent,
      unit: 'segments',
      note: `${formatCount(resent)} without SYN retries, ${formatRate(perSecond(view, resent))}`,
    },
    {
      source: '/proc/net/snmp',
      name: 'resentShare',
      value: Number(share.toFixed(4)),
      unit: 'share',
      note: `${(share * 100).toFixed(1)} % of ${formatCount(sent)} segments sent`,
    },
    { source: '/proc/net/netstat', name: 'how', value: facts.fast, unit: 'segments', note: howText(facts) },
  ];
  if (duplicates > 0) {
    evidence.push(
      counterEvidence(
        view,
        'TcpExt.TCPDSACKRecv',
        `${formatCount(duplicates)} reported by receivers as received twice`,
      ),
    );
  }
  if (unanswered > 0) {
    evidence.push({
      source: 'sock_diag',
      name: 'unanswered',
      value: unanswered,
      unit: 'segments',
      note: `at most ${formatCount(unanswered)} of them on connections that had no answer at the end: ${mostFrequent(facts.peers)}`,
    });
  }
  if (failed > 0) evidence.push(counterEvidence(view, 'TcpExt.TCPRetransFail'));
  return evidence;
}

function howText({ fast, timeouts, probes }: RetransmissionFacts): string {
  return `${formatCount(fast)} after duplicate ACKs, ${formatCount(timeouts)} timeouts, ${formatCount(probes)} tail loss probes`;
}

function ruledOutFor(
  view: RuleView,
  { cause, duplicates, resent, failed, synRetries }: RetransmissionFacts,
): readonly RuledOut[] {
  const ruledOut: RuledOut[] = [];
  if (cause === 'packet-loss' && duplicates * 2 < resent) {
    ruledOut.push({
      id: 'spurious',
      because: `receivers reported only ${formatCount(duplicates)} as received twice`,
    });
  }
  if (cause !== 'local-drop' && failed === 0)
    ruledOut.push({
      id: 'local-drop',
      because: 'no resend failed on this host (TCPRetransFail stands still)',
    });
  if (synRetries === 0) ruledOut.push({ id: 'connect-timeouts', because: 'no SYN or SYN-ACK was repeated' });
  const memory = counterRise(view, 'TcpExt.TCPAbortOnMemory');
  if (memory === 0)
    ruledOut.push({ id: 'tcp-memory-pressure', because: 'no connection was ended for want of memory' });
  return [...ruledOut, ...silentLowerLayers(view)];
}
