import { formatBytes, formatCount, formatRate, formatShare, plural } from '../../../base/units.ts';
import type { CaptureFacts, CaptureListener } from '../../../tcp/capture.ts';
import type { Evidence, Finding, RuledOut } from '../../../tcp/finding.ts';
import { churnRemedies, shortConnectionRemedies } from '../../connection-churn/churn-remedies.ts';
import { beatText, churnCause, churnExplanation, formatPeriod } from '../../connection-churn/churn-words.ts';
import { heartbeatExperiment } from '../../experiment/heartbeat-experiment.ts';
import { causesOverflow, churnOn, type WireChurn } from '../churn-verdict.ts';
import { endpointOf, judged, openedOn } from '../listener-counts.ts';
import { noNamespace } from '../on-the-spot.ts';
import { exampleEvidence, examplesOf } from '../telling-examples.ts';
import { wireEvidence } from '../wire-evidence.ts';
import { defineWireRule } from '../wire-rule.ts';

export const wireConnectionChurn = defineWireRule({
  id: 'connection-churn',
  summary: 'complete handshakes without payload, again and again, from a bounded set of senders',
  judge: (facts) => {
    const all = facts.listeners.flatMap((listener) => {
      const churn = churnOn(facts, listener);
      return churn === undefined ? [] : [{ listener, churn }];
    });
    const busiestFirst = all.toSorted((a, b) => b.churn.perSecond - a.churn.perSecond);
    // Ordinary short connections are worth one remark, not one for each backend of a proxy.
    const firstShort = busiestFirst.find(({ churn }) => churn.kind === 'short');
    return {
      findings: busiestFirst
        .filter((one) => one.churn.kind === 'empty' || one === firstShort)
        .map(({ listener, churn }) =>
          churn.kind === 'empty'
            ? describeEmpty(facts, listener, churn)
            : describeShort(facts, listener, churn),
        ),
    };
  },
});

function describeEmpty(facts: CaptureFacts, listener: CaptureListener, churn: WireChurn): Finding {
  const { periodMs, senders, perSecond, emptyShare } = churn;
  const beat = periodMs === undefined ? ', at no fixed period' : `: ${beatText(periodMs, senders)}`;
  return {
    id: 'connection-churn',
    severity: churn.severity,
    confidence: periodMs === undefined ? 'likely' : 'certain',
    namespace: noNamespace,
    subject: {
      listener: endpointOf(listener),
      ...(periodMs === undefined ? {} : { periodMs: String(Math.round(periodMs)), senders: String(senders) }),
    },
    title: `${endpointOf(listener)} gets ${formatRate(perSecond)} connections of which ${formatShare(emptyShare)} carry no data${beat}`,
    explanation: `${churnExplanation(churn)}${harmText(churn)}`,
    cause: churnCause(churn),
    evidence: evidenceFor(facts, listener, churn),
    ruledOut: ruledOutFor(listener, churn),
    remedies: churnRemedies({ periodMs, senders, perSecond }),
    experiment: heartbeatExperiment(undefined, periodMs === undefined ? undefined : { senders, periodMs }),
  };
}

function harmText(churn: WireChurn): string {
  if (!causesOverflow(churn)) return '';
  return ' Its queue is needed for them and not for data: it overflows (see accept-queue-overflow).';
}

function describeShort(facts: CaptureFacts, listener: CaptureListener, churn: WireChurn): Finding {
  const { perSecond, meanBytes } = churn;
  return {
    id: 'connection-churn',
    severity: 'info',
    confidence: 'likely',
    namespace: noNamespace,
    subject: { listener: endpointOf(listener) },
    title: `${endpointOf(listener)} serves ${formatRate(perSecond)} connections of a few hundred bytes each (on average ${formatBytes(meanBytes)})`,
    explanation:
      'Nothing is wrong with that as long as it keeps up; most of the work goes into opening and closing connections.',
    cause: { id: 'short-connections', title: 'one connection for each small request' },
    evidence: evidenceFor(facts, listener, churn),
    ruledOut: ruledOutFor(listener, churn),
    remedies: shortConnectionRemedies(),
    experiment: heartbeatExperiment(undefined),
  };
}

function evidenceFor(facts: CaptureFacts, listener: CaptureListener, churn: WireChurn): readonly Evidence[] {
  const { perSecond, ended, emptyShare, periodMs, senders, agreement } = churn;
  const { attempts, clients, packets, packetsWithPayload, push, arrivalsPerSecond } = listener;
  const top = facts.peers
    .slice(0, 5)
    .map(({ address, connections }) => `${address} (${formatCount(connections)})`);
  return [
    wireEvidence(
      'connections.rate',
      Math.round(perSecond * 10) / 10,
      'per second',
      `${formatRate(perSecond)} new connections (${formatCount(attempts)} seen), ${formatCount(arrivalsPerSecond.peak)} in the busiest second`,
    ),
    wireEvidence(
      'connections.empty',
      Math.round(emptyShare * ended),
      'connections',
      `${formatShare(emptyShare)} of ${formatCount(ended)} that ended carried no payload, by their sequence numbers`,
    ),
    ...(periodMs === undefined
      ? []
      : [
          wireEvidence(
            'connections.period',
            Math.round(periodMs),
            'ms',
            `every ${formatPeriod(periodMs)} (explains ${formatShare(agreement)} of the arrivals)`,
          ),
        ]),
    wireEvidence(
      'senders',
      senders,
      'senders',
      `${plural(senders, 'sender')} behind ${plural(clients, 'address', 'addresses')}`,
    ),
    wireEvidence(
      'packets.withPayload',
      packetsWithPayload,
      'packets',
      `${formatCount(packetsWithPayload)} of ${plural(packets, 'packet')} carry payload, ${formatCount(push)} with PUSH`,
    ),
    ...(top.length > 0 && facts.listenersInAll === 1
      ? [wireEvidence('sources.top', facts.peers[0]?.address ?? '', '', `most from ${top.join(', ')}`)]
      : []),
    ...exampleEvidence(examplesOf(facts, ['heartbeat'], listener)),
  ];
}

function ruledOutFor(listener: CaptureListener, { kind, senders, periodMs }: WireChurn): readonly RuledOut[] {
  const opened = openedOn(listener);
  const halfOpen = judged(listener, 'half-open');
  const known = periodMs === undefined ? '' : `, by the same ${plural(senders, 'sender')} each time`;
  return [
    ...(halfOpen < opened / 10
      ? [
          {
            id: 'syn-flood',
            because: `${formatCount(opened)} of ${formatCount(opened + halfOpen)} handshakes were completed by the client${known}`,
          },
        ]
      : []),
    ...(kind === 'short' ? [{ id: 'empty-connections', because: 'most connections carried data' }] : []),
  ];
}
