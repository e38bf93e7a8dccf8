import { formatCount, formatDurationMs, formatShare, plural } from '../../../base/units.ts';
import type { CaptureFacts, CapturePeer } from '../../../tcp/capture.ts';
import type { Evidence, Finding, RuledOut } from '../../../tcp/finding.ts';
import { retransmissionExperiment } from '../../experiment/retransmission-experiment.ts';
import type { RetransmissionCause } from '../../retransmissions/retransmission-facts.ts';
import { resendSeverity } from '../../retransmissions/retransmission-limits.ts';
import { retransmissionRemedies } from '../../retransmissions/retransmission-remedies.ts';
import {
  retransmissionExplanations,
  retransmissionTitles,
} from '../../retransmissions/retransmission-words.ts';
import { lostBeforeCapture, missedShare, missesSegments } from '../blind-spots.ts';
import { noNamespace, onTheSpot } from '../on-the-spot.ts';
import { resendOnsetMs } from '../resend-onset.ts';
import { resendsName, resendsOf, type WireResends } from '../resend-verdict.ts';
import { wireEvidence } from '../wire-evidence.ts';
import { defineWireRule } from '../wire-rule.ts';

export const wireRetransmissions = defineWireRule({
  id: 'retransmissions',
  summary: 'more data is sent again than a healthy path needs',
  judge: (facts) => {
    const all = resendsOf(facts);
    const rest = all.slice(MOST_LISTENERS);
    return {
      findings: [
        ...all.slice(0, MOST_LISTENERS).map((one) => describe(facts, one, 0)),
        ...(rest[0] === undefined ? [] : [describe(facts, rest[0], rest.length - 1)]),
      ],
    };
  },
});

const MOST_LISTENERS = 3;
/** Of all that was sent again: then it is this one's path. */
const NEARLY_ALL = 0.8;

function describe(facts: CaptureFacts, resends: WireResends, others: number): Finding {
  const { cause, resent, share } = resends;
  const peer = cause === 'packet-loss' ? singlePeer(facts, resends) : undefined;
  const name = `${resendsName(resends)}${others > 0 ? ` and ${plural(others, 'other listener')}` : ''}`;
  return {
    id: 'retransmissions',
    severity: resendSeverity(cause, { resent, share }),
    confidence: missesSegments(facts) && !lostBeforeCapture(facts) ? 'possible' : 'likely',
    namespace: noNamespace,
    subject: {
      ...(resends.listener === undefined ? {} : { listener: resendsName(resends) }),
      ...(peer === undefined ? {} : { peer: peer.address }),
      cause,
    },
    title: `${formatShare(share)} of the data and FIN segments of ${name} were sent again (${formatCount(resent)}${sideText(resends)})${peer === undefined ? '' : `, nearly all on connections of ${peer.address}`}: ${titles[cause]}`,
    explanation: `${explanations[cause]}${peer === undefined ? '' : ` Other peers of the same capture are hardly affected: the path to ${peer.address} is the place to look.`}`,
    cause: { id: cause, title: titles[cause] },
    evidence: evidenceFor(facts, resends),
    ruledOut: ruledOutFor(facts, resends),
    remedies: retransmissionRemedies(onTheSpot, cause),
    experiment: retransmissionExperiment(cause, share),
  };
}

const titles: Readonly<Record<RetransmissionCause, string>> = retransmissionTitles;

/** Where a capture knows it from something else than the doctor does. */
const explanations: Readonly<Record<RetransmissionCause, string>> = {
  ...retransmissionExplanations,
  spurious:
    'What was sent again had been acknowledged already: a delay longer than the retransmission timeout, or packets that overtake each other. It wastes bandwidth and slows senders down, nothing is lost.',
};

/** Which end sends again: the loss lies on the way from there, or its acknowledgements are lost on the way back. */
function sideText({ byClient, byServer, resent }: WireResends): string {
  if (byClient === undefined || byServer === undefined) return '';
  if (byServer >= resent * NEARLY_ALL) return ', by the server';
  if (byClient >= resent * NEARLY_ALL) return ', by the clients';
  return ', by both sides';
}

function singlePeer(
  { peers, peersInAll, totals }: CaptureFacts,
  { resent }: WireResends,
): CapturePeer | undefined {
  const [worst] = peers.toSorted((a, b) => b.retransmissions - a.retransmissions);
  if (worst === undefined || peersInAll < 2 || resent < totals.retransmissions * NEARLY_ALL) return undefined;
  const others = totals.connections - worst.connections;
  return worst.retransmissions >= totals.retransmissions * NEARLY_ALL && others > 0 ? worst : undefined;
}

function evidenceFor(facts: CaptureFacts, resends: WireResends): readonly Evidence[] {
  const { totals, series } = facts;
  const { resent, share, byClient, byServer } = resends;
  const onsetMs = resent >= totals.retransmissions * NEARLY_ALL ? resendOnsetMs(series) : undefined;
  return [
    wireEvidence(
      'resentShare',
      Number(share.toFixed(4)),
      'share',
      `${(share * 100).toFixed(1)} % of the data and FIN segments: ${formatCount(resent)} sent again`,
    ),
    ...(byClient === undefined || byServer === undefined
      ? []
      : [
          wireEvidence(
            'resentBy',
            byServer,
            'segments',
            `${formatCount(byClient)} by clients, ${formatCount(byServer)} by the server`,
          ),
        ]),
    wireEvidence(
      'how',
      totals.timeoutRetransmissions,
      'segments',
      `in the whole capture ${formatCount(totals.timeoutRetransmissions)} after a timeout, ${formatCount(totals.fastRetransmissions)} after duplicate ACKs, ${formatCount(totals.spuriousRetransmissions)} needlessly; ${plural(totals.duplicateAcks, 'duplicate ACK')}, ${formatCount(totals.outOfOrder)} out of order`,
    ),
    ...(onsetMs === undefined
      ? []
      : [
          wireEvidence(
            'since',
            onsetMs,
            'ms',
            `from ${formatDurationMs(onsetMs)} after the first packet on, hardly any before`,
          ),
        ]),
    ...(missesSegments(facts)
      ? [
          wireEvidence(
            'missedByCapture',
            totals.missedByCapture,
            'segments',
            lostBeforeCapture(facts)
              ? `${plural(totals.missedByCapture, 'time')} something was sent again that is in the capture only once: it was lost before it came to this place`
              : `the capture itself lacks ${plural(totals.missedByCapture, 'segment')} (${formatShare(missedShare(facts))}), so that the real number differs`,
          ),
        ]
      : []),
  ];
}

function ruledOutFor({ totals }: CaptureFacts, { cause }: WireResends): readonly RuledOut[] {
  const { spuriousRetransmissions, synRetransmissions, synAckRetransmissions, zeroWindowProbes } = totals;
  return [
    ...(cause === 'packet-loss' && spuriousRetransmissions === 0
      ? [{ id: 'spurious', because: 'nothing was sent again that had been acknowledged' }]
      : []),
    ...(synRetransmissions + synAckRetransmissions === 0
      ? [{ id: 'connect-timeouts', because: 'no SYN or SYN-ACK was repeated' }]
      : []),
    ...(zeroWindowProbes > 0
      ? [{ id: 'zero-window', because: 'probes of a closed window are not counted here' }]
      : []),
  ];
}
