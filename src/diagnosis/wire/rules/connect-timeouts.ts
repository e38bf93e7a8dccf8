import { formatCount, formatDurationMs, plural } from '../../../base/units.ts';
import type { CaptureFacts, CaptureListener, ConnectionRecord } from '../../../tcp/capture.ts';
import type { Evidence, Finding, Severity } from '../../../tcp/finding.ts';
import { askThere, clientTimeout, idleKnobs, traceSyns } from '../../connect/timeout-remedies.ts';
import { labNumber } from '../../experiment/lab-number.ts';
import { attemptGroups } from '../attempt-groups.ts';
import { floodOn } from '../flood-verdict.ts';
import { endpointOf, judged, servedOn } from '../listener-counts.ts';
import { mergeSimilar } from '../merge-similar.ts';
import { noNamespace, onTheSpot } from '../on-the-spot.ts';
import { overflowOn } from '../overflow-verdict.ts';
import { leftWaiting } from '../same-clients.ts';
import { exampleEvidence, examplesOf } from '../telling-examples.ts';
import { wireEvidence } from '../wire-evidence.ts';
import { defineWireRule } from '../wire-rule.ts';

export const wireConnectTimeouts = defineWireRule({
  id: 'connect-timeouts',
  summary: 'SYNs are repeated and never answered',
  judge: (facts) => {
    const { single, strays, searcher } = attemptGroups(facts, 'syn-timeout');
    // What a full queue, or a flood, leaves unanswered is in their findings.
    const unexplained = single.filter(
      (one) => floodOn(facts, one) === undefined && overflowOn(facts, one) === undefined && isNotable(one),
    );
    return {
      findings: [
        ...mergeSimilar(unexplained.map((one) => describe(facts, one))),
        ...(strays.length > 0 ? [describeStrays(facts, strays, searcher)] : []),
      ],
    };
  },
});

const MANY = 10;
const SEVERAL = 3;
const NOTABLE_SHARE = 0.01;
const ODD_SHARE = 0.05;

/** Where others are served, a SYN or two that got lost are nothing. */
function isNotable(listener: CaptureListener): boolean {
  const lost = judged(listener, 'syn-timeout');
  if (servedOn(listener) === 0) return true;
  return lost >= SEVERAL && lost >= listener.attempts * NOTABLE_SHARE;
}

/** One lost SYN is nothing; the second of the same attempt is hardly chance, nor are several attempts. */
function severityOf({ totals }: CaptureFacts, listener: CaptureListener): Severity {
  const lost = judged(listener, 'syn-timeout');
  const served = servedOn(listener);
  const lasting = listener.synRetransmissions >= 2 * lost;
  const odd = lost < SEVERAL && lost <= totals.connections * ODD_SHARE;
  const many = lost >= MANY && lost >= listener.attempts * ODD_SHARE;
  if (odd || (served > 2 * lost && !(many && lasting))) return 'info';
  if (lost >= MANY && lasting && served === 0) return 'critical';
  return lasting || lost >= (served === 0 ? 2 : SEVERAL) ? 'warning' : 'info';
}

function describe(facts: CaptureFacts, listener: CaptureListener): Finding {
  const { address, port } = listener;
  const lost = judged(listener, 'syn-timeout');
  const shown = examplesOf(facts, ['syn-timeout'], listener);
  const cause = causeOf(facts, listener);
  return {
    id: 'connect-timeouts',
    severity: severityOf(facts, listener),
    confidence: 'likely',
    namespace: noNamespace,
    subject: { destination: endpointOf(listener) },
    title: `${plural(lost, 'connection attempt')} to ${endpointOf(listener)} ${lost === 1 ? 'gets' : 'get'} no answer${patienceText(shown)}${cause.id === 'no-answer' ? '' : `; ${cause.title}`}`,
    explanation: cause.explanation,
    cause: { id: cause.id, title: cause.title },
    evidence: evidenceFor(listener, shown),
    ruledOut: [
      { id: 'connect-refused', because: `neither RST nor ICMP came back from ${endpointOf(listener)}` },
    ],
    remedies: [askThere(port), traceSyns(onTheSpot, address, port), clientTimeout, idleKnobs],
    experiment: { scenario: 'connect-timeout', set: retrySettings(shown) },
  };
}

function causeOf(
  facts: CaptureFacts,
  listener: CaptureListener,
): Finding['cause'] & { readonly explanation: string } {
  const destination = endpointOf(listener);
  const served = servedOn(listener);
  if (served > 0 && leftWaiting(facts, listener) === 'others') {
    const never = Math.max(1, listener.clients - listener.clientsServed);
    return {
      id: 'some-clients',
      title: `always the same ${plural(never, 'address', 'addresses')}, while others are served`,
      explanation: `${plural(never, 'address', 'addresses')} never got an answer, however often they asked, and ${plural(listener.clientsServed, 'other')} did: a firewall rule or a route that is about their addresses. A full queue would leave now these and now those without one.`,
    };
  }
  if (served > 0) {
    return {
      id: 'some-lost',
      title: `${destination} answers some SYNs and not others`,
      explanation: `${plural(served, 'other attempt')} to the same destination got an answer: it has gone since or was not there before, its accept queue is full at times, one of several servers behind the address is dead, or packets get lost.`,
    };
  }
  return {
    id: 'no-answer',
    title: `${destination} does not answer, not even with a refusal`,
    explanation:
      'A closed port answers with RST, and an unreachable host usually with ICMP. Silence is a firewall that drops (there or on the way), a host that is down, a route that leads nowhere, or a listener whose accept queue has been full all the time. Captured at the client, a SYN that never arrived there looks the same.',
  };
}

/** ": SYNs at 0, 1.0, 3.1 s" of the one that tried longest. */
function patienceText(shown: readonly ConnectionRecord[]): string {
  const sends = longest(shown)?.syn;
  if (sends === undefined || sends.sends < 2) return '';
  return `: up to ${plural(sends.sends, 'SYN')} in ${formatDurationMs(spanOf(sends.atMs))}`;
}

function longest(shown: readonly ConnectionRecord[]): ConnectionRecord | undefined {
  return shown.toSorted((a, b) => b.syn.sends - a.syn.sends)[0];
}

function spanOf(atMs: readonly number[]): number {
  return (atMs.at(-1) ?? 0) - (atMs[0] ?? 0);
}

/** Retries as the most patient client made them; programs that give up by themselves have made fewer. */
function retrySettings(shown: readonly ConnectionRecord[]): Readonly<Record<string, string>> {
  const tried = longest(shown);
  if (tried === undefined) return {};
  const linear = linearTimeouts(tried.syn.atMs);
  const retries = Math.max(1, tried.syn.sends - 1 - linear);
  return {
    tcp_syn_retries: labNumber(retries, 1, 8),
    tcp_syn_linear_timeouts: labNumber(linear, 0, 30),
  };
}

/** Gaps of 1 s before they begin to double, beyond the first (tcp_syn_linear_timeouts). */
function linearTimeouts(atMs: readonly number[]): number {
  const gaps = atMs.slice(1).map((at, i) => at - (atMs[i] ?? 0));
  const doubles = gaps.findIndex((gap) => gap > 1500);
  return Math.max(0, (doubles < 0 ? gaps.length : doubles) - 1);
}

function evidenceFor(listener: CaptureListener, shown: readonly ConnectionRecord[]): readonly Evidence[] {
  const lost = judged(listener, 'syn-timeout');
  const tried = longest(shown);
  const from = tried?.syn.atMs[0] ?? 0;
  const times = (tried?.syn.atMs ?? []).slice(0, 8).map((at) => ((at - from) / 1000).toFixed(1));
  return [
    wireEvidence(
      'handshakes.unanswered',
      lost,
      'attempts',
      `${formatCount(lost)} without any answer, ${formatCount(servedOn(listener))} served; ${plural(listener.synRetransmissions, 'SYN')} repeated`,
    ),
    ...(times.length > 1
      ? [wireEvidence('syn.sent', times.length, 'segments', `SYNs at ${times.join(', ')} s`)]
      : []),
    ...exampleEvidence(shown),
  ];
}

function describeStrays(
  facts: CaptureFacts,
  strays: readonly CaptureListener[],
  searcher: string | undefined,
): Finding {
  const who = searcher === undefined ? '' : ` by ${searcher}`;
  return {
    id: 'connect-timeouts',
    severity: 'info',
    confidence: 'likely',
    namespace: noNamespace,
    subject: { destination: `${strays.length} destinations`, ...(searcher ? { peer: searcher } : {}) },
    title: `${plural(strays.length, 'destination')}, asked once or twice each${who}, gave no answer`,
    explanation:
      'So many places and so few attempts at each: a scan, a crawler, or a firewall or route near the client that takes everything.',
    cause: { id: 'many-destinations', title: 'many destinations do not answer at the same time' },
    evidence: [
      wireEvidence(
        'destinations.unanswered',
        strays.length,
        'destinations',
        strays.slice(0, 5).map(endpointOf).join(', '),
      ),
      ...exampleEvidence(examplesOf(facts, ['syn-timeout'])),
    ],
    ruledOut: [],
    remedies: [clientTimeout, idleKnobs],
    experiment: { scenario: 'connect-timeout', set: {} },
  };
}
