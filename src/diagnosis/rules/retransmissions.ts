import { formatCount, formatRate, formatShare } from '../../base/units.ts';
import type { Evidence, Finding, Remedy, RuledOut, Severity } from '../../tcp/finding.ts';
import { counterEvidence, counterRise, perSecond, silentLowerLayers } from '../evidence.ts';
import { retransmissionExperiment } from '../experiment/retransmission-experiment.ts';
import { namespaceCommand, namespaceText } from '../namespace-command.ts';
import {
  type RetransmissionCause,
  type RetransmissionFacts,
  retransmissionFacts,
} from '../retransmissions/retransmission-facts.ts';
import { defineRule, type RuleView } from '../rule.ts';
import { mostFrequent } from '../socket-groups/lasting-sockets.ts';

const NOTABLE_SHARE = 0.01;
const SEVERE_SHARE = 0.1;
const FEWEST = 20;
const FEWEST_SEVERE = 100;

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
      findings: facts.resent >= FEWEST && facts.share >= NOTABLE_SHARE ? [describe(view, facts)] : [],
    };
  },
});

function severityOf({ cause, share, resent }: RetransmissionFacts): Severity {
  if (
    cause === 'dead-peers' ||
    cause === 'full-accept-queue' ||
    (cause === 'spurious' && share < SEVERE_SHARE)
  )
    return 'info';
  const severe = cause !== 'spurious' && share >= SEVERE_SHARE && resent >= FEWEST_SEVERE;
  return severe ? 'critical' : 'warning';
}

function describe(view: RuleView, facts: RetransmissionFacts): Finding {
  const { cause, resent, share } = facts;
  return {
    id: 'retransmissions',
    severity: severityOf(facts),
    confidence: cause === 'local-drop' || cause === 'dead-peers' ? 'certain' : 'likely',
    namespace: view.namespace.inode,
    subject: { namespace: view.namespace.names[0] ?? String(view.namespace.inode), cause },
    title: `${formatShare(share)} of the segments sent from ${namespaceText(view)} were sent again (${formatCount(resent)}): ${causeTitles[cause]}`,
    explanation: explanations[cause],
    cause: { id: cause, title: causeTitles[cause] },
    evidence: evidenceFor(view, facts),
    ruledOut: ruledOutFor(view, facts),
    remedies: remediesFor(view, cause),
    experiment: retransmissionExperiment(cause, share),
  };
}

const causeTitles: Readonly<Record<RetransmissionCause, string>> = {
  'packet-loss': 'segments or their acknowledgements are lost on the way',
  spurious: 'most were not lost, only late or out of order: the receivers had them already',
  'local-drop': 'this host itself stops them before they reach the wire',
  'dead-peers': 'they go to peers that do not answer at all',
  'full-accept-queue': 'a full accept queue drops what its clients send',
};

const explanations: Readonly<Record<RetransmissionCause, string>> = {
  'packet-loss':
    'Each loss costs at least a round trip, and 200 ms or more when it is the last segment of a burst (timeout); throughput falls with the square root of the loss rate. SYN and SYN-ACK retries are not counted here.',
  spurious:
    'The receivers report the same bytes twice (DSACK), so that the first copy had arrived: a delay longer than the retransmission timeout, or packets that overtake each other. It wastes bandwidth and slows senders down, nothing is lost.',
  'local-drop':
    'The kernel tried to send again and its own output failed (TCPRetransFail): a firewall rule on OUTPUT, a missing route, an interface that is down, a full queue.',
  'dead-peers':
    'Most resends belong to a few connections without any acknowledgement, not to a lossy path: see dead-peers.',
  'full-accept-queue':
    'As many segments were dropped at a full accept queue: a client that believes to be connected repeats its data and its FIN until it is let in. The path is not to blame: see accept-queue-overflow.',
};

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

function remediesFor(view: RuleView, cause: RetransmissionCause): readonly Remedy[] {
  const look: Remedy = {
    kind: 'process',
    summary: 'find the connections and the hop',
    command: namespaceCommand(view, 'ss -tinO state established'),
    effect:
      'retrans:now/total shows whose; a common peer, interface or route is the place to look (mtr, ethtool -S, switch counters)',
    risk: 'none: reading only',
  };
  const knobs: Remedy = {
    kind: 'none',
    summary: 'tcp_retries2, larger socket buffers and somaxconn do not help',
    command: '',
    effect: 'they change how long the kernel tries or how much it holds, not what the path loses',
    risk: '',
  };
  switch (cause) {
    case 'packet-loss':
      return [
        look,
        {
          kind: 'sysctl',
          summary:
            'until the path is repaired: a congestion control that bears random loss better (bbr), where it is available',
          command: namespaceCommand(view, 'sysctl -w net.ipv4.tcp_congestion_control=bbr'),
          effect: 'new connections keep their rate under a few percent of random loss',
          risk: 'on a path that is simply full it takes bandwidth from others',
        },
        knobs,
      ];
    case 'spurious':
      return [look, knobs];
    case 'local-drop':
      return [
        {
          kind: 'process',
          summary: 'look at this host’s own output: firewall, routes, interfaces',
          command: namespaceCommand(view, 'nft list ruleset'),
          effect:
            'a rule in an output hook with a growing counter is the one (also: ip route get, ip -s link, tc -s qdisc)',
          risk: 'none: reading only',
        },
        knobs,
      ];
    case 'full-accept-queue':
      return [
        {
          kind: 'process',
          summary: 'see accept-queue-overflow',
          command: 'halfopen explain accept-queue-overflow',
          effect: 'the resends end with the overflow',
          risk: '',
        },
      ];
    case 'dead-peers':
      return [
        {
          kind: 'process',
          summary: 'see dead-peers',
          command: 'halfopen explain dead-peers',
          effect: 'says who is silent and how to bound the wait',
          risk: '',
        },
      ];
  }
}
