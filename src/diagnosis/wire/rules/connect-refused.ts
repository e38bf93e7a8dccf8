import { formatCount, plural } from '../../../base/units.ts';
import type { CaptureFacts, CaptureListener, ConnectionRecord } from '../../../tcp/capture.ts';
import type { Finding, Severity } from '../../../tcp/finding.ts';
import { idleKnobs, lookThere, step } from '../../connect/refusal-remedies.ts';
import { refusedByReset } from '../../connect/refused-by-reset.ts';
import { labNumber } from '../../experiment/lab-number.ts';
import { attemptGroups } from '../attempt-groups.ts';
import { endpointOf, judged, servedOn } from '../listener-counts.ts';
import { mergeSimilar } from '../merge-similar.ts';
import { noNamespace } from '../on-the-spot.ts';
import { exampleEvidence, examplesOf } from '../telling-examples.ts';
import { wireEvidence } from '../wire-evidence.ts';
import { defineWireRule } from '../wire-rule.ts';

export const wireConnectRefused = defineWireRule({
  id: 'connect-refused',
  summary: 'SYNs are answered with RST or ICMP',
  judge: (facts) => {
    const { single, strays, searcher } = attemptGroups(facts, 'refused');
    return {
      findings: [
        ...mergeSimilar(single.map((one) => describe(facts, one))),
        ...(strays.length > 0 ? [describeStrays(facts, strays, searcher)] : []),
      ],
    };
  },
});

const MANY = 10;
const SEVERAL = 3;
const NOTABLE_SHARE = 0.01;

/** A service that several clients want and none gets is down; one client that knocks at a closed port is misled. */
function severityOf(listener: CaptureListener): Severity {
  const refused = judged(listener, 'refused');
  const served = servedOn(listener);
  if (refused < SEVERAL || refused < (refused + served) * NOTABLE_SHARE) return 'info';
  return refused >= MANY && (listener.clients >= SEVERAL || served > 0) ? 'critical' : 'warning';
}

function describe(facts: CaptureFacts, listener: CaptureListener): Finding {
  const { address, port, clients } = listener;
  const refused = judged(listener, 'refused');
  const shown = examplesOf(facts, ['refused'], listener);
  const cause = causeOf(listener, shown);
  return {
    id: 'connect-refused',
    severity: severityOf(listener),
    confidence: 'certain',
    namespace: noNamespace,
    subject: {
      destination: endpointOf(listener),
      port: String(port),
      ...(shown[0] ? { client: shown[0].client } : {}),
    },
    title: `${plural(refused, 'connection attempt')} to ${endpointOf(listener)} by ${plural(clients, 'address', 'addresses')} ${refused === 1 ? 'was' : 'were'} refused: ${cause.title}`,
    explanation: cause.explanation,
    cause: { id: cause.id, title: cause.title },
    evidence: [
      wireEvidence(
        'handshakes.refused',
        refused,
        'attempts',
        `${formatCount(refused)} refused, ${formatCount(servedOn(listener))} served`,
      ),
      ...exampleEvidence(shown),
    ],
    ruledOut: [
      { id: 'connect-timeouts', because: `an answer came back from, or for, ${endpointOf(listener)}` },
      {
        id: 'accept-queue-overflow',
        because: 'a full accept queue drops SYNs without a word; it never refuses them',
      },
    ],
    remedies: [
      cause.id === 'rejected-by-firewall' ? findRule : lookThere(address, port),
      step('application', 'or correct address and port at the clients', '', 'they stop knocking there'),
      idleKnobs,
    ],
    experiment: { scenario: 'connect-refused', set: { port: labNumber(port, 1, 65_535) } },
  };
}

const findRule = step(
  'process',
  'ask for the firewall rule, or the missing route, at the sender of the ICMP message',
  'nft list ruleset; ip route',
  'the REJECT rule names what it rejects',
);

function causeOf(
  listener: CaptureListener,
  shown: readonly ConnectionRecord[],
): Finding['cause'] & { readonly explanation: string } {
  const destination = endpointOf(listener);
  if (shown.some(({ end }) => end.how === 'unreachable')) {
    return {
      id: 'rejected-by-firewall',
      title: 'ICMP says that it cannot be reached',
      explanation:
        'TCP itself never answers a SYN with ICMP: a firewall rule rejects it, or a router on the way has no route or no neighbour. The sender of the message, in the packets named below, is who says so.',
    };
  }
  const served = servedOn(listener);
  if (served > 0) {
    return {
      id: 'refused-for-a-while',
      title: `${destination} answers some with RST and serves ${plural(served, 'other')}`,
      explanation:
        'Nobody listened for a while (a restart), one of several servers behind the address has no listener, or a firewall resets some of the clients.',
    };
  }
  return { id: 'refused-by-peer', ...refusedByReset(destination) };
}

function describeStrays(
  facts: CaptureFacts,
  strays: readonly CaptureListener[],
  searcher: string | undefined,
): Finding {
  const who = searcher === undefined ? '' : ` by ${searcher}`;
  return {
    id: 'connect-refused',
    severity: 'info',
    confidence: searcher === undefined ? 'possible' : 'likely',
    namespace: noNamespace,
    subject: searcher === undefined ? { destination: `${strays.length} destinations` } : { client: searcher },
    title: `${plural(strays.length, 'closed port')}, asked for once or twice each${who}: ${searcher === undefined ? 'a crawler or a scan' : 'a port scan'}`,
    explanation:
      'Many ports, once or twice each, is what scanners do; all of them were refused, and no service is affected.',
    cause:
      searcher === undefined
        ? { id: 'many-destinations', title: 'one attempt or two at each of many destinations' }
        : { id: 'port-scan', title: 'one client asks for many closed ports' },
    evidence: [
      wireEvidence('ports.refused', strays.length, 'ports', strays.slice(0, 5).map(endpointOf).join(', ')),
      ...exampleEvidence(examplesOf(facts, ['refused'])),
    ],
    ruledOut: [{ id: 'nothing-listens', because: 'no port was asked for more than twice' }],
    remedies: [{ kind: 'none', summary: 'nothing has to be done', command: '', effect: '', risk: '' }],
    experiment: { scenario: 'connect-refused', set: {} },
  };
}
