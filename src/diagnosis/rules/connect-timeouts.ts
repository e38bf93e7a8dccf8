import { formatCount, formatDurationMs, plural } from '../../base/units.ts';
import type { Evidence, Finding, RuledOut, Severity } from '../../tcp/finding.ts';
import { readingValue } from '../../tcp/reading.ts';
import { connectTimeoutMs } from '../connect/syn-timeline.ts';
import { timeoutCause } from '../connect/timeout-cause.ts';
import { clientTimeout, idleKnobs, lookHere, timeoutRemedies } from '../connect/timeout-remedies.ts';
import {
  attemptsOf,
  fullQueueBehind,
  resentInVain,
  type UnansweredConnects,
  unansweredConnects,
} from '../connect/unanswered-connects.ts';
import { counterEvidence, counterRise, numericSysctl, ownerText, processesOf } from '../evidence.ts';
import { labNumber } from '../experiment/lab-number.ts';
import { namespaceText } from '../namespace-command.ts';
import { defineRule, type RuleView } from '../rule.ts';

/** Connections of this host's programs hang in SYN_SENT: their SYNs get no answer at all. */
export const connectTimeouts = defineRule({
  id: 'connect-timeouts',
  summary: 'programs here wait for connections that nobody answers',
  needs: ['sockets'],
  scope: 'namespace',
  judge: (view) => {
    const all = unansweredConnects(view);
    const alarming = all.filter((one) => severityOf(view, one) !== 'info');
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
/** No round trip takes as long. */
const SLOW_MS = 500;

/** One lost SYN is nothing; the second of the same attempt is hardly chance, nor are three attempts at once. */
function severityOf(view: RuleView, connects: UnansweredConnects): Severity {
  const attempts = attemptsOf(connects);
  const repeated = connects.mostRetransmits >= 2 || connects.unanswered.some(({ synCount }) => synCount > 2);
  const lasting =
    repeated ||
    connects.oldestMs >= 2000 ||
    noNeighbour(view, connects) ||
    (connects.neverLeft && resentInVain(view));
  if (connects.answered > 2 * attempts || isOddOne(view, attempts)) return 'info';
  if (attempts >= MANY && lasting) return 'critical';
  if (
    lasting ||
    (attempts >= SEVERAL && connects.oldestMs >= SLOW_MS) ||
    connects.unanswered.length >= (connects.answered === 0 ? 2 : SEVERAL)
  )
    return 'warning';
  const failing = (counterRise(view, 'Tcp.AttemptFails') ?? 0) >= SEVERAL && connects.answered === 0;
  return failing ? 'warning' : 'info';
}

const ODD_SHARE = 0.05;

/** Every host with many connections knows a destination or two that are down; where there is little else, they are the fault. */
function isOddOne(view: RuleView, attempts: number): boolean {
  const established = readingValue(view.namespace.sockets)?.after.established ?? [];
  const opened = counterRise(view, 'Tcp.ActiveOpens') ?? 0;
  const outgoing = (established.find(({ port }) => port === 0)?.total ?? 0) + opened;
  return attempts < SEVERAL && attempts <= outgoing * ODD_SHARE;
}

/** These attempts end with EHOSTUNREACH after 3 s, so that a program that tries again and again is never seen to wait for long. */
function noNeighbour(view: RuleView, { answered, unanswered }: UnansweredConnects): boolean {
  const stuck = counterRise(view, 'TcpExt.TCPSpuriousRtxHostQueues') ?? 0;
  return answered === 0 && unanswered.length === 0 && stuck >= SEVERAL;
}

function describe(view: RuleView, connects: UnansweredConnects): Finding {
  const { destination, pids, oldestMs } = connects;
  const cause = timeoutCause(view, connects, fullQueueBehind(view, connects));
  const [owner] = processesOf(view, pids);
  const who = pids.length > 0 ? ` by ${ownerText(view, pids)}` : '';
  const age = oldestMs > 0 ? `: the oldest has tried for ${formatDurationMs(oldestMs)}` : '';
  return {
    id: 'connect-timeouts',
    severity: severityOf(view, connects),
    confidence: cause.confidence,
    namespace: view.namespace.inode,
    subject: {
      destination,
      ...(pids[0] === undefined ? {} : { pid: String(pids[0]) }),
      ...(owner === undefined ? {} : { process: owner.name }),
    },
    title: `${plural(attemptsOf(connects), 'connection attempt')} to ${destination}${who} ${attemptsOf(connects) === 1 ? 'gets' : 'get'} no answer${age}${cause.id === 'no-answer' ? '' : `; ${cause.title}`}`,
    explanation: `${cause.explanation} ${cause.id === 'no-neighbour' ? '' : endText(view)}`.trim(),
    cause: { id: cause.id, title: cause.title },
    evidence: evidenceFor(view, connects),
    ruledOut: ruledOutFor(view, connects),
    remedies: timeoutRemedies(view, connects, cause),
    experiment: { scenario: 'connect-timeout', set: retrySettings(view) },
  };
}

function retrySettings(view: RuleView): Record<string, string> {
  const settings: Record<string, string> = {};
  const ranges = [
    ['tcp_syn_retries', 1, 8],
    ['tcp_syn_linear_timeouts', 0, 30],
  ] as const;
  for (const [name, least, most] of ranges) {
    const value = numericSysctl(view, `net.ipv4.${name}`);
    if (value !== undefined) settings[name] = labNumber(value, least, most);
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
      note: `${plural(sockets.length, 'socket')} in SYN_SENT without an answer${gone > 0 ? `, ${formatCount(gone)} more given up in the window` : ''}`,
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
