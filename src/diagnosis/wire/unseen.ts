import { formatDurationMs, formatShare, plural } from '../../base/units.ts';
import type { CaptureFacts } from '../../tcp/capture.ts';
import type { FindingId, Unknown } from '../../tcp/finding.ts';
import {
  hasBeginnings,
  holdsHandshakesOnly,
  isOneWay,
  lostBeforeCapture,
  missedShare,
  missesSegments,
} from './blind-spots.ts';
import { captureMs, endpointOf } from './listener-counts.ts';

/** What this capture cannot show, and to which rules that matters. */
interface BlindSpot {
  readonly missing: string;
  readonly because: string;
  readonly rules: readonly FindingId[];
}

const handshakeRules: readonly FindingId[] = [
  'syn-flood',
  'connection-churn',
  'accept-queue-overflow',
  'syn-queue-overflow',
  'connect-timeouts',
  'connect-refused',
];
const lastingRules: readonly FindingId[] = ['dead-peers', 'close-wait-leak'];
const allIds: readonly FindingId[] = [
  ...handshakeRules,
  ...lastingRules,
  'retransmissions',
  'paws-rejections',
];

/** `fired`: rules that did find something, and need no excuse. */
export function unseenBy(facts: CaptureFacts, fired: ReadonlySet<FindingId>): readonly Unknown[] {
  if (facts.tcpPackets === 0) {
    const because = `no TCP packet among ${plural(facts.packets, 'packet')}`;
    return allIds.map((rule) => ({ rule, missing: 'packets', because }));
  }
  return [...oneDirection(facts), ...blindSpots(facts).flatMap((spot) => unknownsOf(spot, fired))];
}

function unknownsOf(
  { missing, because, rules }: BlindSpot,
  fired: ReadonlySet<FindingId>,
): readonly Unknown[] {
  return rules.filter((rule) => !fired.has(rule)).map((rule) => ({ rule, missing, because }));
}

const SHORT_MS = 1000;
const NOTABLE_SHARE = 0.01;

function blindSpots(facts: CaptureFacts): readonly BlindSpot[] {
  const { partial, skipped, packets, totals } = facts;
  const spots: BlindSpot[] = [];
  if (partial !== null) {
    const because = `the file was read up to record ${partial.record} only: ${partial.because}`;
    spots.push({ missing: 'packets', because, rules: allIds });
  }
  for (const [kind, why] of [
    ['cut', 'cut inside their headers by the snap length'],
    ['fragments', 'fragments, whose TCP header is elsewhere'],
  ] as const) {
    if (skipped[kind] < Math.max(1, packets * NOTABLE_SHARE)) continue;
    const because = `${formatShare(skipped[kind] / packets)} of the packets are ${why}`;
    spots.push({ missing: 'packets', because, rules: allIds });
  }
  if (captureMs(facts) < SHORT_MS) {
    const because = `the capture lasts ${formatDurationMs(captureMs(facts))}: too short for rates, retries and silence`;
    spots.push({
      missing: 'time',
      because,
      rules: ['connection-churn', 'connect-timeouts', 'syn-flood', ...lastingRules],
    });
  }
  if (totals.connections > 0 && !hasBeginnings(facts)) {
    const because = 'no handshake was captured: all connections had begun before';
    spots.push({ missing: 'handshakes', because, rules: handshakeRules });
  }
  if (totals.syn === 0 && totals.synAck > 0) {
    const because = 'SYN-ACKs were captured and not one SYN: the packets of the clients took another way';
    spots.push({ missing: 'packets', because, rules: [...handshakeRules, ...lastingRules] });
  }
  if (holdsHandshakesOnly(facts)) {
    const because =
      'the capture holds SYN, SYN-ACK and RST segments only, as a capture filter on flags leaves them';
    spots.push({
      missing: 'packets',
      because,
      rules: ['connection-churn', 'accept-queue-overflow', 'retransmissions', ...lastingRules],
    });
  }
  if (missesSegments(facts) && !lostBeforeCapture(facts)) {
    const because = `the capture lacks ${formatShare(missedShare(facts))} of the segments with payload: packets were dropped before they were written`;
    spots.push({ missing: 'packets', because, rules: allIds });
  }
  return spots;
}

/** Of these listeners nothing was concluded from silence, whatever the rules found elsewhere. */
function oneDirection(facts: CaptureFacts): readonly Unknown[] {
  const affected = facts.listeners.filter((listener) => isOneWay(facts, listener));
  const [first, ...others] = affected;
  if (first === undefined) return [];
  const more = others.length > 0 ? ` and ${plural(others.length, 'other')}` : '';
  const because = `only one direction of the traffic with ${endpointOf(first)}${more} was captured: what looks unanswered there may have been answered`;
  const rules: readonly FindingId[] = [...handshakeRules, ...lastingRules];
  return rules.map((rule) => ({ rule, missing: 'packets', because }));
}
