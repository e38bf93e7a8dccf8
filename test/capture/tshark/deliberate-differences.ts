import type { ComparedCount } from './tshark-counts.ts';

/** Where our counts of a crafted capture differ from tshark's, and why ours are right. */
export interface DeliberateDifference {
  /** The case's name; its twins (-ipv6, -wrapped) differ likewise. */
  readonly of: string;
  readonly counts: Partial<Record<ComparedCount, { readonly tshark: number; readonly ours: number }>>;
  readonly why: string;
}

const answeredSynAck =
  'The client answers each repeated SYN-ACK by an ACK like its last one. Nothing is outstanding that this ACK could be asking for again, which RFC 5681 (section 2) requires of a duplicate ACK; tshark asks only that number and window repeat.';
const copies =
  'Each packet was captured twice: the copy has the same IP identification and comes 20 us later. It was sent once. tshark does not look at the IP identification and counts every copy of a segment as sent again, every copy of an ACK as a duplicate ACK.';
const copiedCounts = {
  syn: { tshark: 2, ours: 1 },
  synAck: { tshark: 2, ours: 1 },
  synRetransmissions: { tshark: 1, ours: 0 },
  synAckRetransmissions: { tshark: 1, ours: 0 },
  retransmissions: { tshark: 4, ours: 0 },
  timeoutRetransmissions: { tshark: 4, ours: 0 },
  duplicateAcks: { tshark: 4, ours: 0 },
} as const;

export const deliberateDifferences: readonly DeliberateDifference[] = [
  {
    of: 'accept-queue-stall-server-speaks-first',
    counts: { duplicateAcks: { tshark: 2, ours: 0 } },
    why: answeredSynAck,
  },
  {
    of: 'accept-queue-stall-client-data',
    counts: { duplicateAcks: { tshark: 2, ours: 0 } },
    why: answeredSynAck,
  },
  {
    of: 'accept-queue-stall-never-served',
    counts: { duplicateAcks: { tshark: 5, ours: 0 } },
    why: answeredSynAck,
  },
  { of: 'defer-accept', counts: { duplicateAcks: { tshark: 1, ours: 0 } }, why: answeredSynAck },
  {
    of: 'spurious-retransmission',
    counts: { duplicateAcks: { tshark: 1, ours: 0 } },
    why: 'The receiver acknowledges once more what was sent once more. It has everything and asks for nothing: no duplicate ACK by RFC 5681 (section 2).',
  },
  {
    of: 'spurious-fin',
    counts: {
      spuriousRetransmissions: { tshark: 0, ours: 1 },
      timeoutRetransmissions: { tshark: 1, ours: 0 },
      duplicateAcks: { tshark: 1, ours: 0 },
    },
    why: 'A FIN that was acknowledged and comes again was sent for nothing, like data. tshark calls only segments with payload spurious.',
  },
  {
    of: 'simultaneous-open',
    counts: { synAckRetransmissions: { tshark: 2, ours: 0 } },
    why: 'In a simultaneous open each side sends a SYN and then a SYN-ACK of the same number (RFC 9293, figure 7): the next step, not the same step again.',
  },
  {
    of: 'ack-overtaken-by-fin',
    counts: { keepaliveProbes: { tshark: 1, ours: 0 } },
    why: 'An ACK that its own FIN overtook has the number of a keepalive probe. Nobody probes after his FIN, and a probe follows idle time, not 0.04 ms.',
  },
  {
    of: 'one-byte-retransmission',
    counts: {
      keepaliveProbes: { tshark: 1, ours: 0 },
      retransmissions: { tshark: 0, ours: 1 },
      timeoutRetransmissions: { tshark: 0, ours: 1 },
    },
    why: 'The last byte sent, sent again, has the number of a keepalive probe with garbage. A probe repeats a byte that was acknowledged (RFC 1122, 4.2.3.6); this one was not. tshark does not look at the acknowledgement.',
  },
  {
    of: 'zero-window-linux-probes',
    counts: { keepaliveProbes: { tshark: 3, ours: 0 }, zeroWindowProbes: { tshark: 0, ours: 3 } },
    why: 'Linux probes a closed window with an empty segment one before the next byte (tcp_xmit_probe_skb), as it probes an idle peer. While the peer announces a window of 0 it is the window that is probed. tshark knows only the form with one new byte.',
  },
  {
    of: 'lost-before-capture',
    counts: { fastRetransmissions: { tshark: 0, ours: 1 }, timeoutRetransmissions: { tshark: 1, ours: 0 } },
    why: 'Four duplicate ACKs asked for the segment and it came one round trip (30 ms) later. tshark calls it fast only within 20 ms, whatever the round trip is.',
  },
  {
    of: 'wrap-in-fin',
    counts: { retransmissions: { tshark: 0, ours: 1 }, timeoutRetransmissions: { tshark: 0, ours: 1 } },
    why: 'After a FIN numbered 2^32 - 1 the next number is 0, by which tshark means that it does not know it.',
  },
  { of: 'copies-on-any', counts: copiedCounts, why: copies },
  { of: 'copies-after-routing', counts: copiedCounts, why: copies },
];
