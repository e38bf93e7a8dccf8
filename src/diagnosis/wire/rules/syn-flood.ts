import { formatCount, formatDurationMs, formatRate, formatShare, plural } from '../../../base/units.ts';
import type { CaptureFacts, CaptureListener } from '../../../tcp/capture.ts';
import type { Evidence, Finding, Remedy, RuledOut } from '../../../tcp/finding.ts';
import { noExperiment } from '../../experiment/lab-number.ts';
import { floodExperiment } from '../../experiment/syn-queue-experiment.ts';
import { FLOOD_COUNT } from '../../syn-queue/flood-like.ts';
import { floodRemedies } from '../../syn-queue/flood-remedies.ts';
import {
  completedText,
  floodCause,
  floodTitle,
  lostRepliesExplanation,
} from '../../syn-queue/flood-words.ts';
import { lostRepliesRemedies } from '../../syn-queue/lost-replies-remedies.ts';
import { askDoctor } from '../ask-doctor.ts';
import { holdsHandshakesOnly } from '../blind-spots.ts';
import { floodOn, type WireFlood } from '../flood-verdict.ts';
import { captureMs, endpointOf, judged } from '../listener-counts.ts';
import { noNamespace, onTheSpot } from '../on-the-spot.ts';
import { exampleEvidence, examplesOf } from '../telling-examples.ts';
import { wireEvidence } from '../wire-evidence.ts';
import { defineWireRule } from '../wire-rule.ts';

export const wireSynFlood = defineWireRule({
  id: 'syn-flood',
  summary: 'SYN-ACKs that no ACK follows, from many addresses or at a rate of no client',
  judge: (facts) => {
    const seen = facts.listeners.flatMap((listener) => {
      const flood = floodOn(facts, listener);
      return flood === undefined ? [] : [{ listener, flood }];
    });
    const told = seen.filter(({ flood }) => flood.kind !== 'untold');
    return {
      findings: told.map(({ listener, flood }) =>
        flood.kind === 'flood'
          ? describeFlood(facts, listener, flood)
          : describeLostReplies(facts, listener, flood),
      ),
      unknowns: seen
        .filter(({ flood }) => flood.kind === 'untold')
        .map(({ listener, flood }) => ({
          rule: 'syn-flood',
          missing: 'packets',
          because: `${plural(flood.count, 'handshake')} with ${endpointOf(listener)} look half-open, but the capture holds no ACK at all: with a capture filter on SYN flags completed ones look the same`,
        })),
    };
  },
});

function describeFlood(facts: CaptureFacts, listener: CaptureListener, flood: WireFlood): Finding {
  const { addresses, addressesCertain, aliveShare } = flood;
  const few = addresses < FLOOD_COUNT / 2;
  // Then a filter on SYN flags may have taken the ACKs out, however unlikely the addresses make it.
  const noAckAtAll = holdsHandshakesOnly(facts);
  const dropped = flood.turnedAway > 0 || judged(listener, 'slow-open') > 0;
  return {
    id: 'syn-flood',
    severity: dropped ? 'critical' : 'warning',
    confidence: few || !addressesCertain || aliveShare > 0.1 || noAckAtAll ? 'likely' : 'certain',
    namespace: noNamespace,
    subject: { listener: endpointOf(listener) },
    title: `${endpointOf(listener)} ${floodTitle(flood)}${dropped ? '; other SYNs go unanswered at the same time' : ''}`,
    explanation: `In ${formatDurationMs(captureMs(facts))} the senders of these SYNs acknowledged no SYN-ACK, as forged addresses do, and hardly any tried again; ${completedText(flood.completedPerSecond)}. Own clients complete their handshakes, however often they come.${noAckAtAll ? ' The capture holds no ACK at all: if it was filtered on SYN flags, look at an unfiltered one first.' : ''}`,
    cause: floodCause(few),
    evidence: evidenceFor(facts, listener, flood),
    ruledOut: ruledOutFor(listener, flood),
    remedies: [cookiesThere(listener), ...floodRemedies(onTheSpot, flood.perSecond)],
    experiment: floodExperiment(undefined, { syncookies: dropped ? 0 : 1, perSecond: flood.perSecond }),
  };
}

function describeLostReplies(facts: CaptureFacts, listener: CaptureListener, flood: WireFlood): Finding {
  const [example] = examplesOf(facts, ['half-open'], listener);
  return {
    id: 'syn-flood',
    severity: 'info',
    confidence: 'possible',
    namespace: noNamespace,
    subject: { listener: endpointOf(listener) },
    title: `${endpointOf(listener)} waits for the last ACK of ${plural(flood.count, 'handshake')} from ${plural(flood.addresses, 'address', 'addresses')}: packets get lost on the way, rather than a flood`,
    explanation: lostRepliesExplanation,
    cause: { id: 'lost-replies', title: 'SYN-ACKs or ACKs are lost between the server and a few clients' },
    evidence: evidenceFor(facts, listener, flood),
    ruledOut: [],
    remedies: lostRepliesRemedies(onTheSpot, example?.client ?? 'CLIENT'),
    experiment: noExperiment,
  };
}

function evidenceFor(facts: CaptureFacts, listener: CaptureListener, flood: WireFlood): readonly Evidence[] {
  const { count, share, completedPerSecond, addresses, addressesCertain, perSecond } = flood;
  const { attempts, synRetransmissions, synAckRetransmissions, cookieLike } = listener;
  return [
    wireEvidence(
      'handshakes.unanswered',
      count,
      'handshakes',
      `${plural(count, 'handshake')} not completed by the client (${formatShare(share)}), ${formatRate(completedPerSecond)} completed`,
    ),
    wireEvidence(
      'sources.distinct',
      addresses,
      'addresses',
      `${addressesCertain ? 'at least' : 'about'} ${plural(addresses, 'address', 'addresses')} behind them, ${formatCount(listener.clients)} in all at this port`,
    ),
    wireEvidence(
      'syn.rate',
      Math.round(perSecond),
      'per second',
      `${formatRate(perSecond)} on average, ${formatCount(listener.arrivalsPerSecond.peak)} SYNs in the busiest second`,
    ),
    wireEvidence(
      'syn.repeated',
      synRetransmissions,
      'segments',
      `${formatCount(synRetransmissions)} SYNs repeated in ${plural(attempts, 'attempt')}; the server repeated ${plural(synAckRetransmissions, 'SYN-ACK')}`,
    ),
    ...(cookieLike > 0
      ? [
          wireEvidence(
            'cookieLike',
            cookieLike,
            'segments',
            `${plural(cookieLike, 'SYN-ACK')} that look like cookies`,
          ),
        ]
      : []),
    ...exampleEvidence(examplesOf(facts, ['half-open', 'syn-timeout'], listener)),
  ];
}

function ruledOutFor(listener: CaptureListener, { completedPerSecond }: WireFlood): readonly RuledOut[] {
  const stalls = judged(listener, 'accept-queue-stall');
  return [
    { id: 'connection-churn', because: 'heartbeats and checks complete their handshakes; these do not' },
    ...(stalls === 0
      ? [{ id: 'accept-queue-overflow', because: 'no client was connected and then not taken in' }]
      : []),
    ...(completedPerSecond > 0
      ? [{ id: 'connect-timeouts', because: 'other clients of the same port are served' }]
      : []),
  ];
}

function cookiesThere({ port }: CaptureListener): Remedy {
  return {
    ...askDoctor(port, 'whether SYN cookies are on and how full its SYN queue is'),
    effect: 'cookies (net.ipv4.tcp_syncookies=1) let real clients in while it lasts',
  };
}
