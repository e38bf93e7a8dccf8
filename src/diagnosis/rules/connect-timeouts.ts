import { formatCount, formatDurationMs, plural } from '../../base/units.ts';
import type { Confidence, Evidence, Finding, Remedy, RuledOut, Severity } from '../../tcp/finding.ts';
import { connectTimeoutMs } from '../connect/syn-timeline.ts';
import {
  attemptsOf,
  type FullQueue,
  fullQueueBehind,
  type UnansweredConnects,
  unansweredConnects,
} from '../connect/unanswered-connects.ts';
import {
  counterEvidence,
  counterRise,
  listenerName,
  numericSysctl,
  ownerText,
  processesOf,
} from '../evidence.ts';
import { namespaceCommand, namespaceText } from '../namespace-command.ts';
import { defineRule, type RuleView } from '../rule.ts';

/** Connections of this host's programs hang in SYN_SENT: their SYNs get no answer at all. */
export const connectTimeouts = defineRule({
  id: 'connect-timeouts',
  summary: 'programs here wait for connections that nobody answers',
  needs: ['sockets'],
  scope: 'namespace',
  judge: (view) => {
    const all = unansweredConnects(view);
    const alarming = all.filter((one) => severityOf(one) !== 'info');
    const single =
      alarming.length > MOST_DESTINATIONS
        ? alarming.slice(0, MOST_DESTINATIONS)
        : all.slice(0, MOST_DESTINATIONS);
    const rest = alarming.slice(MOST_DESTINATIONS);
    return {
      findings: [
        ...single.map((one) => describe(view, one)),
        ...(rest.length > 0 ? [describeRest(view, rest)] : []),
      ],
    };
  },
});

/** More destinations than these are named together. */
const MOST_DESTINATIONS = 5;
const MANY = 10;
const SEVERAL = 3;

/** One lost SYN is nothing; the second of the same attempt is hardly chance, nor are three attempts at once. */
function severityOf(connects: UnansweredConnects): Severity {
  const attempts = attemptsOf(connects);
  const lasting = connects.mostRetransmits >= 2 || connects.unanswered.some(({ synCount }) => synCount > 2);
  if (connects.answered > 2 * attempts) return 'info';
  if (attempts >= MANY && lasting) return 'critical';
  return lasting || attempts >= SEVERAL ? 'warning' : 'info';
}

interface Cause {
  readonly id: 'accept-queue-full' | 'never-left' | 'some-lost' | 'no-answer';
  readonly title: string;
  readonly explanation: string;
  readonly confidence: Confidence;
}

function causeOf(view: RuleView, connects: UnansweredConnects, full: FullQueue | undefined): Cause {
  const { destination, neverLeft, answered } = connects;
  if (full) {
    return {
      id: 'accept-queue-full',
      title: `the accept queue of ${listenerName(full.listener)} is full`,
      explanation: `The destination is on this host: ${listenerName(full.listener)} drops every SYN while its accept queue is full (see accept-queue-overflow). The network has nothing to do with it.`,
      confidence: 'certain',
    };
  }
  if (neverLeft) {
    const failed = (counterRise(view, 'TcpExt.TCPRetransFail') ?? 0) > 0;
    return {
      id: 'never-left',
      title: 'the SYNs never left this namespace',
      explanation: `Packets were captured while the SYN was repeated, and none was sent: ${failed ? 'an OUTPUT rule of the firewall here drops them (TCPRetransFail rises)' : 'the next hop does not answer ARP or neighbour solicitation, or a rule or route here swallows them'}.`,
      confidence: failed ? 'certain' : 'likely',
    };
  }
  if (answered > 0) {
    return {
      id: 'some-lost',
      title: `${destination} answers some SYNs and not others`,
      explanation: `${plural(answered, 'other attempt')} to the same destination got an answer: its accept queue is full at times, one of several servers behind the address is dead, or packets get lost.`,
      confidence: 'likely',
    };
  }
  return {
    id: 'no-answer',
    title: `${destination} does not answer, not even with a refusal`,
    explanation:
      'A closed port answers with RST, and an unreachable host usually with ICMP. Silence is a firewall that drops (there or on the way), a host that is down, a route that leads nowhere, or a listener there whose accept queue is full.',
    confidence: 'likely',
  };
}

function describe(view: RuleView, connects: UnansweredConnects): Finding {
  const { destination, pids, oldestMs } = connects;
  const cause = causeOf(view, connects, fullQueueBehind(view, connects));
  const [owner] = processesOf(view, pids);
  const who = pids.length > 0 ? ` by ${ownerText(view, pids)}` : '';
  const age = oldestMs > 0 ? `: the oldest has tried for ${formatDurationMs(oldestMs)}` : '';
  return {
    id: 'connect-timeouts',
    severity: severityOf(connects),
    confidence: cause.confidence,
    namespace: view.namespace.inode,
    subject: {
      destination,
      ...(pids[0] === undefined ? {} : { pid: String(pids[0]) }),
      ...(owner === undefined ? {} : { process: owner.name }),
    },
    title: `${plural(attemptsOf(connects), 'connection attempt')} to ${destination}${who} ${attemptsOf(connects) === 1 ? 'gets' : 'get'} no answer${age}${cause.id === 'no-answer' ? '' : `; ${cause.title}`}`,
    explanation: `${cause.explanation} ${endText(view)}`,
    cause: { id: cause.id, title: cause.title },
    evidence: evidenceFor(view, connects),
    ruledOut: ruledOutFor(view, connects),
    remedies: remediesFor(view, connects, cause),
    experiment: { scenario: 'connect-timeout', set: retrySettings(view) },
  };
}

function retrySettings(view: RuleView): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const name of ['tcp_syn_retries', 'tcp_syn_linear_timeouts'] as const) {
    const value = numericSysctl(view, `net.ipv4.${name}`);
    if (value !== undefined) settings[name] = String(value);
  }
  return settings;
}

/** What the program will get, and when, if it does not give up before. */
function endText(view: RuleView): string {
  const retries = numericSysctl(view, 'net.ipv4.tcp_syn_retries');
  if (retries === undefined) return '';
  const linear = numericSysctl(view, 'net.ipv4.tcp_syn_linear_timeouts') ?? 0;
  const afterMs = connectTimeoutMs(retries, linear);
  return `Unless the program gives up before, connect() fails with ETIMEDOUT after about ${formatDurationMs(afterMs)} (tcp_syn_retries=${retries}).`;
}

function evidenceFor(view: RuleView, connects: UnansweredConnects): readonly Evidence[] {
  const { sockets, oldestMs, mostRetransmits, gone, unanswered, answered } = connects;
  const evidence: Evidence[] = [
    {
      source: 'sock_diag',
      name: 'synSent.count',
      value: sockets.length,
      unit: 'sockets',
      note: `${plural(sockets.length, 'socket')} in SYN_SENT with repeated SYNs${gone > 0 ? `, ${formatCount(gone)} more given up in the window` : ''}`,
    },
  ];
  if (sockets.length > 0) {
    evidence.push({
      source: 'sock_diag',
      name: 'synSent.oldestMs',
      value: Math.round(oldestMs),
      unit: 'ms',
      note: `the oldest has sent ${plural(mostRetransmits + 1, 'SYN')} in ${formatDurationMs(oldestMs)}`,
    });
  }
  if (unanswered.length > 0 || answered > 0) {
    evidence.push({
      source: 'packets',
      name: 'handshakes.unanswered',
      value: unanswered.length,
      unit: 'attempts',
      note: `on the wire: ${formatCount(unanswered.length)} without any answer, ${formatCount(answered)} answered`,
    });
  }
  const counters = [
    'TcpExt.TCPSynRetrans',
    'TcpExt.TCPTimeouts',
    'TcpExt.TCPAbortOnTimeout',
    'Tcp.AttemptFails',
    'TcpExt.TCPRetransFail',
  ];
  return [
    ...evidence,
    ...counters
      .filter((name) => (counterRise(view, name) ?? 0) > 0)
      .map((name) => counterEvidence(view, name)),
  ];
}

function ruledOutFor(view: RuleView, { destination, unanswered }: UnansweredConnects): readonly RuledOut[] {
  const ruledOut: RuledOut[] = [];
  if (unanswered.length > 0) {
    ruledOut.push({ id: 'connect-refused', because: `neither RST nor ICMP came back from ${destination}` });
  }
  if (view.observation.namespaces.length > 0 && (counterRise(view, 'TcpExt.ListenDrops') ?? 1) === 0) {
    ruledOut.push({
      id: 'accept-queue-overflow',
      because: `no listener in ${namespaceText(view)} dropped a connection: the queue here is not the one that matters`,
    });
  }
  return ruledOut;
}

function remediesFor(view: RuleView, connects: UnansweredConnects, cause: Cause): readonly Remedy[] {
  const { address, port } = connects;
  if (cause.id === 'accept-queue-full') return [readOtherFinding, clientTimeout, idleKnobs];
  if (cause.id === 'never-left') return [lookHere(view, address), clientTimeout, idleKnobs];
  const askThere: Remedy = {
    kind: 'process',
    summary: 'tell the causes apart on the destination: does the SYN arrive there, and is its queue full?',
    command: `tcpdump -ni any 'tcp port ${port} and tcp[tcpflags] & tcp-syn != 0'; ss -ltn 'sport = :${port}'; nft list ruleset`,
    effect: `no SYN arrives: route or firewall on the way; it arrives and Recv-Q > Send-Q: full accept queue; it arrives and nothing else: a DROP rule there`,
    risk: 'none: reading only',
  };
  const trace: Remedy = {
    kind: 'process',
    summary: 'see how far a SYN gets',
    command: namespaceCommand(view, `traceroute -n -T -p ${port} ${address}`),
    effect: 'the last hop that answers is in front of what drops it',
    risk: 'none: a few SYNs',
  };
  return [askThere, trace, clientTimeout, shorterRetries(view), idleKnobs];
}

function lookHere(view: RuleView, address: string): Remedy {
  return {
    kind: 'process',
    summary: 'look at the way out: route, neighbour, and OUTPUT rules',
    command: namespaceCommand(view, `sh -c 'ip route get ${address}; ip neigh; nft list ruleset'`),
    effect: 'FAILED or INCOMPLETE is a next hop that is down; a drop rule in an output chain names itself',
    risk: 'none: reading only',
  };
}

const readOtherFinding: Remedy = {
  kind: 'application',
  summary: 'fix the listener: its own finding says why nobody accepts',
  command: 'halfopen explain accept-queue-overflow',
  effect: 'waiting clients get in with their next SYN',
  risk: '',
};

const clientTimeout: Remedy = {
  kind: 'application',
  summary:
    'give the program a connect timeout of a few seconds and let it try another address: the kernel’s own is minutes',
  command: 'setsockopt(TCP_USER_TIMEOUT) in ms, or the client’s own option (curl --connect-timeout 5)',
  effect: 'it notices in seconds; SYNs are sent at 0, 1, 2, 3 ... s, so that 3 s give three of them a chance',
  risk: 'too short a timeout fails on a single lost SYN',
};

function shorterRetries(view: RuleView): Remedy {
  return {
    kind: 'sysctl',
    summary: 'where the program has no timeout of its own: fewer SYN retries for this namespace',
    command: namespaceCommand(view, 'sysctl -w net.ipv4.tcp_syn_retries=3'),
    effect: `connect() fails after about ${formatDurationMs(connectTimeoutMs(3, numericSysctl(view, 'net.ipv4.tcp_syn_linear_timeouts') ?? 0))}; new attempts only`,
    risk: 'applies to every program of the namespace, also where patience is right',
  };
}

const idleKnobs: Remedy = {
  kind: 'none',
  summary:
    'raising backlog, somaxconn or tcp_max_syn_backlog on this side changes nothing: the SYNs are ours and go unanswered elsewhere; tcp_syn_retries is a client’s setting and helps no server',
  command: '',
  effect: '',
  risk: '',
};

function describeRest(view: RuleView, rest: readonly UnansweredConnects[]): Finding {
  const attempts = rest.reduce((sum, one) => sum + attemptsOf(one), 0);
  const pids = [...new Set(rest.flatMap((one) => one.pids))];
  const who = pids.length > 0 ? ` by ${ownerText(view, pids)}` : '';
  return {
    id: 'connect-timeouts',
    severity: 'warning',
    confidence: 'likely',
    namespace: view.namespace.inode,
    subject: { destination: `${rest.length} more destinations` },
    title: `${plural(attempts, 'connection attempt')} to ${plural(rest.length, 'more destination')}${who} get no answer`,
    explanation: `So many silent destinations point at this side or at the path: a firewall or a route that takes everything, or a program that searches a network. ${endText(view)}`,
    cause: { id: 'many-destinations', title: 'many destinations do not answer at the same time' },
    evidence: rest.slice(0, 10).map((one) => ({
      source: 'sock_diag',
      name: 'synSent.count',
      value: attemptsOf(one),
      unit: 'sockets',
      note: `${one.destination}: ${plural(attemptsOf(one), 'attempt')}`,
    })),
    ruledOut: [],
    remedies: [lookHere(view, rest[0]?.address ?? ''), clientTimeout, idleKnobs],
    experiment: { scenario: 'connect-timeout', set: retrySettings(view) },
  };
}
