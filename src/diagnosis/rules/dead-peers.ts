import { unmapIpv4 } from '../../base/ip-text.ts';
import { formatCount, formatDurationMs, plural } from '../../base/units.ts';
import type { Evidence, Finding, RuledOut, Severity } from '../../tcp/finding.ts';
import {
  type DeadPeerGroup,
  deadPeerGroups,
  isManyUnacknowledgedCloses,
} from '../dead-peers/dead-peer-groups.ts';
import { deadPeerRemedies } from '../dead-peers/dead-peer-remedies.ts';
import { type Silence, stalledSockets } from '../dead-peers/silent-sockets.ts';
import { stalledPeers } from '../dead-peers/stalled-peers.ts';
import { counterEvidence, counterRise, sysctl } from '../evidence.ts';
import { finWaitExperiment } from '../experiment/closing-experiments.ts';
import { defineRule, type RuleView } from '../rule.ts';
import { mostFrequent } from '../socket-groups/lasting-sockets.ts';
import { subjectOf, withOwners } from '../socket-groups/socket-owners.ts';

const SEVERAL = 3;
const NOTABLE_SHARE = 0.01;

/** Connections that look alive here while their peer has gone without a word. */
export const deadPeers = defineRule({
  id: 'dead-peers',
  summary: 'connections look established while their peers do not answer any more',
  needs: ['sockets'],
  scope: 'namespace',
  judge: (view) => ({
    findings: [
      ...deadPeerGroups(view).map((group) => describe(view, group)),
      ...stalledPeers(view, stalledSockets(view)),
    ],
  }),
});

function describe(view: RuleView, group: DeadPeerGroup): Finding {
  const cause = causeOf(view, group);
  return {
    id: 'dead-peers',
    severity: severityOf(view, group),
    confidence: group.silent.some(({ socket }) => socket.retransmits > 3) ? 'certain' : 'likely',
    namespace: view.namespace.inode,
    subject: subjectOf(group.side, group.owners),
    title: titleOf(group),
    explanation: explain(view, group, cause.id === 'cannot-send'),
    cause,
    evidence: evidenceFor(view, group),
    ruledOut: ruledOutFor(group),
    remedies: deadPeerRemedies(view, group),
    experiment: experimentFor(view, group),
  };
}

function severityOf(view: RuleView, group: DeadPeerGroup): Severity {
  const { open, connections, side } = group;
  const port = side.kind === 'outgoing' ? undefined : side.port;
  // FIN_WAIT1 is the business of fin-wait-pile-up; one alarm is enough.
  const closing = group.silent.filter(
    ({ socket }) => socket.state === 'LAST_ACK' || socket.state === 'CLOSING',
  ).length;
  const many = open >= SEVERAL && open >= connections * NOTABLE_SHARE;
  const all = open >= 2 && open === connections;
  return many || all || isManyUnacknowledgedCloses(view, closing, connections, port) ? 'warning' : 'info';
}

const unanswered: Readonly<Record<Silence, string>> = {
  'data-unacknowledged': 'what was sent stays unacknowledged',
  'keepalive-unanswered': 'keepalive probes stay unanswered',
  'window-probe-unanswered': 'probes stay unanswered',
  'close-unacknowledged': 'our FIN stays unacknowledged',
};

function titleOf({ side, silent, owners, silence }: DeadPeerGroup): string {
  const connections = plural(silent.length, 'connection');
  const [verb, whose] = silent.length === 1 ? ['gets', 'its client'] : ['get', 'their clients'];
  const name = withOwners(side.name, owners);
  const from = side.kind === 'outgoing' ? '' : ` from ${whose}`;
  return `${connections} to ${name} ${verb} no answer any more${from}: ${unanswered[silence]}`;
}

function causeOf(view: RuleView, { silence }: DeadPeerGroup): Finding['cause'] {
  if (silence !== 'keepalive-unanswered' && resendsFail(view)) {
    return {
      id: 'cannot-send',
      title: 'this host itself fails to send: its own firewall, a route or an interface stops the segments',
    };
  }
  const title: Readonly<Record<Silence, string>> = {
    'data-unacknowledged': 'the peer, or the path to it, is gone: data is resent and nobody acknowledges it',
    'keepalive-unanswered': 'the peer, or the path to it, is gone: keepalive probes find nobody',
    'window-probe-unanswered': 'the peer, or the path to it, is gone: window probes find nobody',
    'close-unacknowledged': 'the peer went away before it saw our FIN',
  };
  return { id: silence, title: title[silence] };
}

/** Most resends never reach the wire: RetransSegs counts attempts (__tcp_retransmit_skb()), TCPRetransFail those that failed. */
function resendsFail(view: RuleView): boolean {
  const failed = counterRise(view, 'TcpExt.TCPRetransFail') ?? 0;
  return failed >= SEVERAL && failed * 2 >= (counterRise(view, 'Tcp.RetransSegs') ?? 0);
}

function explain(view: RuleView, group: DeadPeerGroup, cannotSend: boolean): string {
  const end = endText(group);
  const wait = end === undefined ? '' : ` The kernel gives them up ${end}.`;
  if (cannotSend) {
    return `Resends fail before they reach the wire (TCPRetransFail): look at the OUTPUT rules of the firewall, the routes and the interface of this host first.${wait}`;
  }
  switch (group.silence) {
    case 'data-unacknowledged':
      return `A machine that lost power, a container that was removed, a firewall or NAT that forgot the connection: none of them says goodbye. The data is sent again and again at doubling intervals until tcp_retries2=${sysctl(view, 'net.ipv4.tcp_retries2') ?? '?'} is used up.${wait} Until then the program sees a healthy connection.`;
    case 'keepalive-unanswered':
      return `Keepalive does its work: the connections were idle, and the probes go unanswered.${wait || ' When the last probe has been tried the kernel ends them; the program has its own settings for that (TCP_KEEPINTVL, TCP_KEEPCNT), not those of the sysctls.'}`;
    case 'window-probe-unanswered':
      return 'There is data to send and nothing in flight: either the peer had closed its window before it vanished, or this host cannot send at all (firewall on its output, interface down: then the segment never leaves, and the kernel probes in the same way).';
    case 'close-unacknowledged':
      return `The program has closed; the kernel resends the FIN for tcp_orphan_retries (0 stands for 8).${wait} They hold memory, no descriptor.`;
  }
}

function endText({ silent }: DeadPeerGroup): string | undefined {
  const ends = silent.flatMap(({ endsInMs }) => (endsInMs === undefined ? [] : [endsInMs]));
  if (ends.length === 0) return undefined;
  const [first, last] = [formatDurationMs(Math.min(...ends)), formatDurationMs(Math.max(...ends))];
  return first === last ? `in ${first}` : `in ${first} to ${last}`;
}

function evidenceFor(view: RuleView, group: DeadPeerGroup): readonly Evidence[] {
  const { silent, open, connections, closing } = group;
  const of = group.side.kind === 'outgoing' ? 'outgoing connections' : 'connections of this port';
  const silentMs = Math.max(0, ...silent.map(({ socket }) => socket.info?.lastAckReceivedMs ?? 0));
  const tries = silent.map(({ socket }) => socket.retransmits);
  const hosts = silent.map(({ socket }) => unmapIpv4(socket.remoteAddress));
  const end = endText(group);
  return [
    {
      source: 'sock_diag',
      name: 'unanswered',
      value: silent.length,
      unit: 'connections',
      note: `${formatCount(open)} of ${formatCount(connections)} ${of}${closing > 0 ? `, and ${formatCount(closing)} that are closing` : ''}`,
    },
    {
      source: 'sock_diag',
      name: 'tries',
      value: Math.max(...tries),
      unit: 'tries',
      note: `${rangeText(Math.min(...tries), Math.max(...tries))} in a row without an answer`,
    },
    ...(silentMs > 0
      ? [
          {
            source: 'sock_diag',
            name: 'silentFor',
            value: silentMs,
            unit: 'ms',
            note: `nothing heard for up to ${formatDurationMs(silentMs)}`,
          },
        ]
      : []),
    {
      source: 'sock_diag',
      name: 'peers',
      value: mostFrequent(hosts, 1),
      unit: '',
      note: mostFrequent(hosts),
    },
    ...(end === undefined
      ? []
      : [
          {
            source: 'sock_diag',
            name: 'givenUp',
            value: end,
            unit: '',
            note: `${end}, unless TCP_USER_TIMEOUT says sooner`,
          },
        ]),
    counterEvidence(view, 'TcpExt.TCPAbortOnTimeout'),
    ...((counterRise(view, 'TcpExt.TCPRetransFail') ?? 0) > 0
      ? [counterEvidence(view, 'TcpExt.TCPRetransFail')]
      : []),
  ];
}

function rangeText(least: number, most: number): string {
  return least === most ? formatCount(least) : `${formatCount(least)} to ${formatCount(most)}`;
}

function ruledOutFor({ connections, open, silence }: DeadPeerGroup): readonly RuledOut[] {
  const ruledOut: RuledOut[] = [];
  const others = connections - open;
  if (others > 0) {
    ruledOut.push({
      id: 'interface-down',
      because: `${plural(others, 'other connection')} of the same kind ${others === 1 ? 'has' : 'have'} nothing unanswered`,
    });
  }
  if (silence === 'data-unacknowledged') {
    ruledOut.push({
      id: 'peer-does-not-read',
      because: 'their windows are open: the retransmission timer runs, not the window probe',
    });
    ruledOut.push({
      id: 'retransmissions',
      because: 'not one ACK came between the resends; on a lossy path some do',
    });
  }
  return ruledOut;
}

function experimentFor(view: RuleView, { silence, silent }: DeadPeerGroup): Finding['experiment'] {
  if (silence === 'keepalive-unanswered') return { scenario: 'keepalive-dead-peer', set: {} };
  if (silence === 'close-unacknowledged') return finWaitExperiment(view, 'peer-unreachable', silent.length);
  return { scenario: 'retransmit-death', set: {} };
}
