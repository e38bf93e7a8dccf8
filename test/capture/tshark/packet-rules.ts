import { tcpFlags } from '../../../src/capture/decode-segment.ts';
import type { PacketDifference } from './compare-captures.ts';
import type { SegmentFacts } from './segment-witness.ts';

/** A kind of packet that tshark and we count differently, and why ours is right. */
export interface PacketRule {
  readonly name: string;
  /** In words, for docs/capture-differences.md. */
  readonly tshark: string;
  readonly ours: string;
  readonly why: string;
  /** Looks at what the packets before tell (segment-witness.ts), not at what the engine makes of them. */
  readonly holds: (difference: PacketDifference) => boolean;
}

const retransmissionKinds = [
  'timeoutRetransmissions',
  'fastRetransmissions',
  'spuriousRetransmissions',
] as const;

const handshakeRetransmissions = ['synRetransmissions', 'synAckRetransmissions'] as const;

export const packetRules: readonly PacketRule[] = [
  {
    name: 'copied',
    tshark: 'SYN-ACK again, retransmission, duplicate ACK',
    ours: 'nothing',
    why: 'The same packet a second time within a millisecond: the same IP identification, or (where there is none) the bytes sent last, and nothing was sent or heard between. No TCP sends again so soon.',
    holds: ({ ours, facts }) =>
      ours.length === 0 &&
      facts.sinceLastMs <= 2 &&
      (facts.isOlderIpId || (facts.hasIpId ? false : facts.seen === 'all' && facts.endsAtNext)),
  },
  {
    name: 'sent-again-soon',
    tshark: 'out of order',
    ours: 'retransmission, SYN or SYN-ACK again',
    why: 'All or some of the bytes were captured before, so they were sent twice. tshark calls whatever comes within a round trip of the newest data out of order, unless it is the very last segment.',
    holds: ({ tshark, ours, facts }) =>
      is(tshark, 'outOfOrder') &&
      (isRetransmission(ours) || isOneOf(ours, handshakeRetransmissions)) &&
      facts.seen !== 'none',
  },
  {
    name: 'missing-for-a-round-trip',
    tshark: 'out of order',
    ours: 'retransmission',
    why: 'The bytes were passed over long ago, by the measure of the round trip (more than half of what the handshake took): they were lost before the capture and sent again. tshark looks at how long ago the newest data came, so that every repair of a flow that goes on is out of order.',
    holds: ({ tshark, ours, facts }) =>
      is(tshark, 'outOfOrder') && isRetransmission(ours) && facts.seen === 'none' && !isOvertaken(facts),
  },
  {
    name: 'overtaken',
    tshark: 'fast, spurious or plain retransmission',
    ours: 'out of order',
    why: 'The bytes were passed over less than half a round trip ago and come now for the first time: their sender cannot know yet that they are missing. tshark takes the ACKs it has just seen for the cause, and calls nothing out of order that ends where the data ends.',
    holds: ({ tshark, ours, facts }) =>
      isRetransmission(tshark) && is(ours, 'outOfOrder') && facts.seen === 'none' && isOvertaken(facts),
  },
  {
    name: 'repaired-by-acks',
    tshark: 'plain retransmission',
    ours: 'fast retransmission',
    why: 'ACKs ask for it, or for what was lost with it, and the last came within a round trip. tshark asks for two duplicates of this very number, less than 20 ms old: no second hole of a window, and nothing on a longer path.',
    holds: ({ tshark, ours, facts }) =>
      is(tshark, 'timeoutRetransmissions') &&
      is(ours, 'fastRetransmissions') &&
      ((isPrompted(facts) && (facts.duplicates > 0 || facts.isLossTold || facts.isRepairing)) ||
        isAskedFor(facts)),
  },
  {
    name: 'repaired-after-timeout',
    tshark: 'fast retransmission',
    ours: 'timeout',
    why: 'A timer has run out, and what was out then is sent again as ACKs come in: duplicates in between are answers to it, not its cause (RFC 5681, 3.2; RFC 6582, 4.2).',
    holds: ({ tshark, ours, facts }) =>
      is(tshark, 'fastRetransmissions') &&
      is(ours, 'timeoutRetransmissions') &&
      (facts.isRepairing || !isPrompted(facts)),
  },
  {
    name: 'acknowledged-before',
    tshark: 'plain or fast retransmission',
    ours: 'spurious retransmission',
    why: 'The highest acknowledgement covers it. tshark looks at the last one only, which may have been overtaken, and at no FIN without payload.',
    holds: ({ tshark, ours, facts }) =>
      isOneOf(tshark, ['timeoutRetransmissions', 'fastRetransmissions']) &&
      is(ours, 'spuriousRetransmissions') &&
      facts.isAcked,
  },
  {
    name: 'nothing-to-ask-for',
    tshark: 'duplicate ACK',
    ours: 'nothing',
    why: 'Nothing is outstanding that it could ask for (RFC 5681, 2): the peer repeated what had arrived, a window was updated twice, or an older ACK was overtaken by a newer one.',
    holds: ({ tshark, ours, facts }) =>
      is(tshark, 'duplicateAcks') && ours.length === 0 && (!facts.isOutstanding || facts.isOldAck),
  },
  {
    name: 'answers-a-probe',
    tshark: 'duplicate ACK',
    ours: 'nothing',
    why: 'It answers a probe that was captured since its sender spoke last. tshark knows an answer only where nothing was captured between the two.',
    holds: ({ tshark, ours, facts }) => is(tshark, 'duplicateAcks') && ours.length === 0 && facts.isProbed,
  },
  {
    name: 'asks-in-another-order',
    tshark: 'nothing',
    ours: 'duplicate ACK',
    why: 'It repeats the highest acknowledgement while bytes are outstanding (RFC 5681, 2). tshark compares with the ACK before, an overtaken one included, and wants the number of the newest byte on it.',
    holds: ({ tshark, ours, facts }) =>
      tshark.length === 0 &&
      is(ours, 'duplicateAcks') &&
      facts.isOutstanding &&
      (!facts.repeatsAck || facts.begins !== 'at'),
  },
  {
    name: 'window-probed-by-an-old-number',
    tshark: 'keepalive probe',
    ours: 'zero window probe',
    why: 'Linux probes a closed window with an empty segment one before the next byte (tcp_xmit_probe_skb). While the peer announces a window of 0 it is the window that is probed.',
    holds: ({ tshark, ours, facts }) =>
      is(tshark, 'keepaliveProbes') && is(ours, 'zeroWindowProbes') && facts.peerWindow === 0,
  },
  {
    name: 'one-byte-again',
    tshark: 'keepalive probe',
    ours: 'retransmission',
    why: 'The last byte sent has the number of a keepalive probe with garbage, but a probe repeats a byte that was acknowledged (RFC 1122, 4.2.3.6); this one was not.',
    holds: ({ tshark, ours, facts }) =>
      is(tshark, 'keepaliveProbes') && isRetransmission(ours) && facts.payloadBytes === 1 && !facts.isAcked,
  },
  {
    name: 'fin-shuts-the-window',
    tshark: 'nothing',
    ours: 'zero window',
    why: 'A FIN that announces a window of 0 closes it as any segment does. tshark looks at no segment with SYN, FIN or RST.',
    holds: ({ tshark, ours, facts }) =>
      tshark.length === 0 && is(ours, 'zeroWindows') && (facts.flags & tcpFlags.fin) !== 0,
  },
  {
    name: 'ack-overtaken-by-fin',
    tshark: 'keepalive probe',
    ours: 'nothing',
    why: 'An ACK that its own FIN overtook has the number of a keepalive probe. Nobody probes after his FIN.',
    holds: ({ tshark, ours, facts }) =>
      is(tshark, 'keepaliveProbes') && ours.length === 0 && facts.ownFinSeen,
  },
];

/** What explains a difference; undefined: nothing that is known. */
export function ruleOf(difference: PacketDifference): PacketRule | undefined {
  return packetRules.find((rule) => rule.holds(difference));
}

type Counted = PacketDifference['ours'];

/** Counted as this and nothing else, the sum of retransmissions aside. */
function is(counted: Counted, name: Counted[number]): boolean {
  return isOneOf(counted, [name]);
}

function isOneOf(counted: Counted, names: Counted): boolean {
  const kinds = counted.filter((one) => one !== 'retransmissions');
  return kinds.length === 1 && kinds.every((one) => names.includes(one));
}

function isRetransmission(counted: Counted): boolean {
  return counted.includes('retransmissions') && isOneOf(counted, retransmissionKinds);
}

/** Where no handshake tells the round trip. */
const unknownRoundTripMs = 3;

/**
 * A repair takes a whole round trip, wherever it is captured, and a handshake may have taken longer than one: what comes within half of it was
 * merely overtaken.
 */
function isOvertaken({ sinceSkippedMs, handshakeRttMs }: SegmentFacts): boolean {
  return (
    sinceSkippedMs !== null &&
    sinceSkippedMs < (handshakeRttMs === null ? unknownRoundTripMs : handshakeRttMs / 2)
  );
}

/** A timer does not run out so soon after the bytes were passed over. */
function isAskedFor({ sinceSkippedMs, handshakeRttMs }: SegmentFacts): boolean {
  return sinceSkippedMs !== null && sinceSkippedMs <= longestPromptMs(handshakeRttMs);
}

/** An ACK can have caused it. */
function isPrompted({ sincePeerMs, handshakeRttMs }: SegmentFacts): boolean {
  return sincePeerMs <= longestPromptMs(handshakeRttMs);
}

/** A round trip, a quarter of it for reordering (RFC 8985, 6.2), and a few ms for the hosts; below 200 ms (TCP_RTO_MIN) in any case. */
function longestPromptMs(handshakeRttMs: number | null): number {
  return handshakeRttMs === null ? 182 : Math.min(182, 1.25 * handshakeRttMs + 7);
}
