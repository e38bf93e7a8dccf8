import { formatEndpoint, unmapIpv4 } from '../../base/ip-text.ts';
import { formatCount, plural } from '../../base/units.ts';
import type { Evidence, Finding, RuledOut, Severity } from '../../tcp/finding.ts';
import { explainMissing } from '../../tcp/reading.ts';
import { type RefusalCause, refusalCause } from '../connect/refusal-cause.ts';
import { idleKnobs, refusalRemedies, step } from '../connect/refusal-remedies.ts';
import { type RefusedConnects, refusedConnects, scanners } from '../connect/refused-connects.ts';
import { counterEvidence, counterRise } from '../evidence.ts';
import { labNumber } from '../experiment/lab-number.ts';
import { namespaceText } from '../namespace-command.ts';
import { defineRule, type Judgement, type RuleView } from '../rule.ts';

/** Connection attempts are answered with a refusal: RST, or an ICMP message. */
export const connectRefused = defineRule({
  id: 'connect-refused',
  summary: 'connection attempts are refused: nothing listens there, or a firewall rejects them',
  needs: ['counters'],
  scope: 'namespace',
  judge: (view) => (view.namespace.packets.status === 'ok' ? judgePackets(view) : judgeCounters(view)),
});

/** More destinations than these are left out; the most frequent come first. */
const MOST_DESTINATIONS = 8;
const MANY = 10;
const SEVERAL = 3;
/** As long as a restart may take; clients that keep trying get over it. */
const RESTART_MS = 3000;

function judgePackets(view: RuleView): Judgement {
  const all = refusedConnects(view);
  const scanning = scanners(all);
  const asked = all.filter(
    ({ direction, clients }) =>
      direction !== 'incoming' || clients.some(({ address }) => !scanning.has(address)),
  );
  if (all.length === 0) return { findings: icmpRefusals(view) };
  const isStray = (one: RefusedConnects): boolean =>
    one.direction === 'outgoing' && one.refused.length <= 2 && one.answered === 0;
  const strays = asked.filter(isStray);
  const single = strays.length > SEVERAL ? asked.filter((one) => !isStray(one)) : asked;
  return {
    findings: [
      ...single.slice(0, MOST_DESTINATIONS).map((one) => describe(view, one)),
      ...(strays.length > SEVERAL ? [describeStrays(view, strays)] : []),
      ...[...scanning].slice(0, 3).map(([client, ports]) => describeScan(view, client, ports)),
    ],
  };
}

/** Strangers who knock at a closed port are no fault of this host; its own programs, or clients of its listeners, are. */
function severityOf(
  { refused, silent, answered, recoveredAfterMs, direction, clients, listener, elsewhere }: RefusedConnects,
  cause: RefusalCause,
): Severity {
  if (cause.id === 'other-family-answers') return 'info';
  const recovered = recoveredAfterMs !== undefined && recoveredAfterMs <= RESTART_MS;
  if (recovered || (cause.id === 'listener-started' && answered === 0)) return 'info';
  const attempts = refused.length + silent;
  const persistent = (clients[0]?.count ?? 0) + silent >= SEVERAL || attempts >= SEVERAL + 2;
  if (!persistent) return 'info';
  const ours = direction !== 'incoming' || listener !== undefined || elsewhere !== undefined;
  return ours && attempts >= MANY ? 'critical' : 'warning';
}

function describe(view: RuleView, refused: RefusedConnects): Finding {
  const { destination, direction, clients, port } = refused;
  const cause = refusalCause(view, refused);
  return {
    id: 'connect-refused',
    severity: severityOf(refused, cause),
    confidence: cause.confidence,
    namespace: view.namespace.inode,
    subject: {
      destination,
      direction,
      port: String(port),
      ...(direction === 'outgoing' ? {} : { client: clients[0]?.address ?? '' }),
    },
    title: `${plural(refused.refused.length, 'connection attempt')} ${whose(view, refused)} refused: ${cause.title}`,
    explanation: cause.explanation,
    cause: { id: cause.id, title: cause.title },
    evidence: evidenceFor(view, refused),
    ruledOut: ruledOutFor(refused),
    remedies: refusalRemedies(view, refused, cause),
    experiment: { scenario: 'connect-refused', set: { port: labNumber(port, 1, 65_535) } },
  };
}

function whose(view: RuleView, { direction, destination, clients, refused }: RefusedConnects): string {
  const were = refused.length === 1 ? 'was' : 'were';
  if (direction === 'outgoing') return `from ${namespaceText(view)} to ${destination} ${were}`;
  if (direction === 'loopback') return `within ${namespaceText(view)} to ${destination} ${were}`;
  const [first, ...others] = clients;
  return `to ${destination} by ${first?.address ?? 'clients'}${others.length > 0 ? ` and ${plural(others.length, 'other')}` : ''} ${were}`;
}

function evidenceFor(
  view: RuleView,
  { refused, clients, unreachable, answered, silent }: RefusedConnects,
): readonly Evidence[] {
  const how = unreachable ? `ICMP ${unreachable.code} from ${unreachable.by}` : 'RST';
  const top = clients.slice(0, 5).map(({ address, count }) => `${address} (${formatCount(count)})`);
  return [
    {
      source: 'packets',
      name: 'handshakes.refused',
      value: refused.length,
      unit: 'attempts',
      note: `${plural(refused.length, 'SYN')} answered with ${how}, ${formatCount(answered)} with SYN-ACK${silent > 0 ? `, ${formatCount(silent)} not at all (icmp_ratelimit: one message a second)` : ''}`,
    },
    {
      source: 'packets',
      name: 'clients.top',
      value: clients[0]?.address ?? '',
      unit: '',
      note: `asked by ${top.join(', ')}`,
    },
    ...['Tcp.AttemptFails', 'Tcp.OutRsts']
      .filter((name) => (counterRise(view, name) ?? 0) > 0)
      .map((name) => counterEvidence(view, name)),
  ];
}

function ruledOutFor({ destination, unreachable }: RefusedConnects): readonly RuledOut[] {
  const answer = unreachable ? 'an ICMP message' : 'a RST';
  return [
    { id: 'connect-timeouts', because: `${answer} came back from ${destination}` },
    {
      id: 'accept-queue-overflow',
      because: 'a full accept queue drops SYNs without a word; it never refuses them',
    },
  ];
}

/** A crawler, a mesh or a scan asks for many places once; none of them is worth a finding of its own. */
function describeStrays(view: RuleView, strays: readonly RefusedConnects[]): Finding {
  const attempts = strays.reduce((sum, { refused }) => sum + refused.length, 0);
  const [first] = strays;
  return {
    id: 'connect-refused',
    severity: 'info',
    confidence: 'certain',
    namespace: view.namespace.inode,
    subject: { destination: `${strays.length} destinations`, direction: 'outgoing' },
    title: `${plural(attempts, 'connection attempt')} from ${namespaceText(view)} to ${formatCount(strays.length)} destinations, once or twice each, were refused`,
    explanation:
      'So many places and so few attempts at each: a program that searches (a crawler, a scan, members of a cluster that are down).',
    cause: { id: 'many-destinations', title: 'one attempt or two at each of many destinations' },
    evidence: strays.slice(0, 5).map(({ destination, refused }) => ({
      source: 'packets',
      name: 'handshakes.refused',
      value: refused.length,
      unit: 'attempts',
      note: destination,
    })),
    ruledOut: [
      { id: 'connect-timeouts', because: `an answer came back${first ? ` from ${first.destination}` : ''}` },
    ],
    remedies: [idleKnobs],
    experiment: { scenario: 'connect-refused', set: {} },
  };
}

function describeScan(view: RuleView, client: string, ports: number): Finding {
  return {
    id: 'connect-refused',
    severity: 'info',
    confidence: 'likely',
    namespace: view.namespace.inode,
    subject: { client },
    title: `${client} knocked at ${formatCount(ports)} closed ports: a port scan`,
    explanation:
      'Many ports, once or twice each, is what scanners do; the kernel refused all of them, and no service is affected.',
    cause: { id: 'port-scan', title: 'one client asks for many closed ports' },
    evidence: [
      {
        source: 'packets',
        name: 'ports.refused',
        value: ports,
        unit: 'ports',
        note: `${plural(ports, 'closed port')} asked by ${client}`,
      },
    ],
    ruledOut: [{ id: 'nothing-listens', because: 'no port was asked for more than twice' }],
    remedies: [{ kind: 'none', summary: 'nothing has to be done', command: '', effect: '', risk: '' }],
    experiment: { scenario: 'connect-refused', set: {} },
  };
}

/**
 * The messages came before the capture began, or were held back by icmp_ratelimit, and the kernel counted them: LockDroppedIcmps is an
 * ICMP error for a TCP socket in use, as a connect() in progress is.
 */
function icmpRefusals(view: RuleView): readonly Finding[] {
  const rise = (name: string): number => counterRise(view, name) ?? 0;
  const came = rise('Icmp.InDestUnreachs') + rise('Icmp6.InDestUnreachs');
  const forConnects = Math.max(
    rise('TcpExt.LockDroppedIcmps'),
    rise('Tcp.AttemptFails') - rise('TcpExt.EmbryonicRsts') - rise('TcpExt.TCPAbortOnTimeout'),
  );
  if (Math.min(came, forConnects) < SEVERAL || rise('TcpExt.TCPSpuriousRtxHostQueues') > 0) return [];
  const waiting =
    view.namespace.sockets.status === 'ok' ? view.namespace.sockets.value.after.groups.synSent.kept : [];
  const [first] = waiting;
  const destination = first && formatEndpoint(unmapIpv4(first.remoteAddress), first.remotePort);
  return [
    {
      id: 'connect-refused',
      severity: 'warning',
      confidence: 'possible',
      namespace: view.namespace.inode,
      subject: { direction: 'outgoing', ...(destination ? { destination } : {}) },
      title: `connection attempts from ${namespaceText(view)}${destination ? `, perhaps to ${destination},` : ''} are answered with ICMP: ${plural(came, 'message')} said "unreachable"`,
      explanation:
        'A firewall that rejects, or a router that cannot deliver, says so with ICMP; the kernel sends such messages at most once a second to each host, so that some attempts get no answer at all.',
      cause: { id: 'unreachable', title: 'ICMP destination-unreachable messages answer the SYNs' },
      evidence: ['Icmp.InDestUnreachs', 'Icmp6.InDestUnreachs', 'TcpExt.LockDroppedIcmps', 'Tcp.AttemptFails']
        .filter((name) => rise(name) > 0)
        .map((name) => counterEvidence(view, name)),
      ruledOut: [
        {
          id: 'no-neighbour',
          because:
            'TCPSpuriousRtxHostQueues stands still: the next hop answers ARP and neighbour solicitation',
        },
      ],
      remedies: [
        step(
          'process',
          'capture from the first moment on to see who says so',
          'halfopen doctor --capture always',
          'names the destination, the code and the sender',
        ),
        idleKnobs,
      ],
      experiment: { scenario: 'connect-refused', set: {} },
    },
  ];
}

/** Without packets the counters show that attempts fail, and not where: AttemptFails counts timeouts and reset requests as well. */
function judgeCounters(view: RuleView): Judgement {
  const { packets } = view.namespace;
  if (packets.status === 'ok') return { findings: [] };
  const rise = (name: string): number => counterRise(view, name) ?? 0;
  const outgoing = rise('Tcp.AttemptFails') - rise('TcpExt.EmbryonicRsts') - rise('TcpExt.TCPAbortOnTimeout');
  const aborts = ['Data', 'Close', 'Memory', 'Timeout', 'Linger', 'Failed'].reduce(
    (sum, why) => sum + rise(`TcpExt.TCPAbortOn${why}`),
    0,
  );
  const incoming = rise('Tcp.OutRsts') - aborts - rise('TcpExt.EmbryonicRsts');
  if (outgoing < 1 && incoming < SEVERAL) return { findings: [] };
  const unknowns: Judgement['unknowns'] = [
    { rule: 'connect-refused', missing: 'packets', because: explainMissing(packets) },
  ];
  return { findings: outgoing >= SEVERAL ? [describeCounters(view, outgoing)] : [], unknowns };
}

function describeCounters(view: RuleView, failed: number): Finding {
  return {
    id: 'connect-refused',
    severity: 'warning',
    confidence: 'possible',
    namespace: view.namespace.inode,
    subject: { direction: 'outgoing' },
    title: `${plural(failed, 'connection attempt')} from ${namespaceText(view)} failed before the handshake was complete; where to could not be seen`,
    explanation:
      'AttemptFails rose without timeouts and without reset half-open requests, which leaves refusals by RST or ICMP. Packets would name the destination.',
    cause: { id: 'unknown', title: 'refused by a destination that was not seen' },
    evidence: [
      counterEvidence(view, 'Tcp.AttemptFails'),
      counterEvidence(view, 'TcpExt.TCPAbortOnTimeout'),
      counterEvidence(view, 'TcpExt.EmbryonicRsts'),
    ],
    ruledOut: [],
    remedies: [
      step(
        'process',
        'look again as root, with packets',
        'sudo halfopen doctor --capture always',
        'names the destination and who refuses',
      ),
      idleKnobs,
    ],
    experiment: { scenario: 'connect-refused', set: {} },
  };
}
