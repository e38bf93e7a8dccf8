import { decodeSegment, type TcpSegment, tcpFlags } from '../../../src/capture/decode-segment.ts';
import { IntervalSet } from './interval-set.ts';
import { tellsOfLoss } from './tells-of-loss.ts';

/**
 * What the packets before it say about one segment, told from sets of byte ranges and nothing else: a third opinion where tshark and
 * the engine have two. Numbers are relative to the first one seen from a side.
 */
export interface SegmentFacts {
  readonly flags: number;
  readonly payloadBytes: number;
  /** How much of its bytes (SYN and FIN included) was captured before. */
  readonly seen: 'none' | 'some' | 'all';
  /** It begins below the highest byte captured, or beyond it, or there. */
  readonly begins: 'below' | 'at' | 'beyond';
  readonly endsAtNext: boolean;
  /** The other side has acknowledged all of it before. */
  readonly isAcked: boolean;
  /** ACKs of the other side without payload that repeat its highest acknowledgement. */
  readonly duplicates: number;
  /** The other side has told by SACK that something is missing, since its acknowledgement last moved. */
  readonly isLossTold: boolean;
  /** Since bytes of this segment were passed over; null: they were not. */
  readonly sinceSkippedMs: number | null;
  /** Since the last packet of its sender, and of the other side. */
  readonly sinceLastMs: number;
  readonly sincePeerMs: number;
  /** The other side has sent bytes that are not acknowledged. */
  readonly isOutstanding: boolean;
  /** The same acknowledgement as in the side's packet before, and the same window. */
  readonly repeatsAck: boolean;
  /** It acknowledges less than was acknowledged before: it was overtaken. */
  readonly isOldAck: boolean;
  readonly peerWindow: number;
  readonly hasIpId: boolean;
  /** An IP identification that the side has used already, among its last 64 packets. */
  readonly isOlderIpId: boolean;
  /** The other side has probed since the side's last packet. */
  readonly isProbed: boolean;
  readonly ownFinSeen: boolean;
  /** From the last SYN to the first ACK; null where several SYN-ACKs leave open which of them it answers. */
  readonly handshakeRttMs: number | null;
  /** The side is still repairing what was out when it sent something again for the first time. */
  readonly isRepairing: boolean;
}

interface Direction {
  readonly seen: IntervalSet;
  readonly skipped: { readonly from: number; readonly to: number; readonly atMs: number }[];
  base: number | null;
  next: number;
  /** Acknowledged by the other side. */
  acked: number;
  lastAck: number | null;
  lastWindow: number;
  duplicates: number;
  lossTold: boolean;
  lastMs: number;
  /** Of its last packets, without 0. */
  ipIds: readonly number[];
  hasProbed: boolean;
  fin: boolean;
  repairUntil: number;
}

/** TCP_RTO_MIN */
const leastRtoMs = 200;
const notBare = tcpFlags.syn | tcpFlags.fin | tcpFlags.rst;

/** One connection, as tshark tells them apart. */
export class SegmentWitness {
  readonly #directions = new Map<string, Direction>();
  #synMs: number | null = null;
  #synAcks = 0;
  #handshakeRttMs: number | null = null;

  see(packet: Uint8Array, wireBytes: number, atMs: number): SegmentFacts {
    const segment = decodeSegment(packet, wireBytes);
    if (segment?.kind !== 'segment') throw new Error('not a TCP segment');
    const own = this.#direction(`${segment.source} ${segment.sourcePort}`);
    const other = this.#direction(`${segment.destination} ${segment.destinationPort}`);
    const { flags, payloadBytes } = segment;
    const from = place(own, segment.sequence);
    const seen: Seen = {
      segment,
      own,
      other,
      from,
      to: from + payloadBytes + (has(flags, tcpFlags.syn) ? 1 : 0) + (has(flags, tcpFlags.fin) ? 1 : 0),
      ack: has(flags, tcpFlags.ack) ? place(other, segment.acknowledgement) : null,
      ipId: segment.family === 'ipv4' ? ((packet[4] ?? 0) << 8) | (packet[5] ?? 0) : 0,
      lossTold: tellsOfLoss(packet),
      atMs,
    };
    const facts = this.#factsOf(seen);
    this.#rememberHandshake(seen);
    rememberBytes(seen, facts);
    rememberProbes(seen);
    rememberAck(seen);
    own.lastWindow = segment.window;
    own.lastMs = atMs;
    if (seen.ipId !== 0) own.ipIds = [...own.ipIds, seen.ipId].slice(-64);
    return facts;
  }

  #factsOf({ segment, own, other, from, to, ack, ipId, atMs }: Seen): SegmentFacts {
    const covered = own.seen.covered(from, to);
    const skipped = own.skipped.find((hole) => hole.from <= from && to <= hole.to);
    return {
      flags: segment.flags,
      payloadBytes: segment.payloadBytes,
      seen: covered === 0 ? 'none' : covered === to - from ? 'all' : 'some',
      begins: from < own.next ? 'below' : from === own.next ? 'at' : 'beyond',
      endsAtNext: to === own.next,
      isAcked: to > from && to <= own.acked,
      duplicates: other.duplicates,
      isLossTold: other.lossTold,
      sinceSkippedMs: skipped === undefined ? null : atMs - skipped.atMs,
      sinceLastMs: atMs - own.lastMs,
      sincePeerMs: atMs - other.lastMs,
      isOutstanding: ack !== null && other.next > ack,
      repeatsAck: ack !== null && own.lastAck === ack && own.lastWindow === segment.window,
      isOldAck: ack !== null && ack < other.acked,
      peerWindow: other.lastWindow,
      hasIpId: ipId !== 0,
      isOlderIpId: own.ipIds.includes(ipId),
      isProbed: other.hasProbed,
      ownFinSeen: own.fin,
      handshakeRttMs: this.#handshakeRttMs,
      isRepairing: from < own.repairUntil,
    };
  }

  #rememberHandshake({ segment: { flags }, atMs }: Seen): void {
    const isSyn = has(flags, tcpFlags.syn);
    const isAck = has(flags, tcpFlags.ack);
    if (isSyn && isAck) this.#synAcks++;
    if (isSyn && !isAck) this.#synMs = atMs;
    if (isSyn || !isAck || this.#handshakeRttMs !== null || this.#synMs === null) return;
    if (this.#synAcks === 1) this.#handshakeRttMs = atMs - this.#synMs;
  }

  #direction(key: string): Direction {
    let found = this.#directions.get(key);
    if (found === undefined) {
      found = {
        seen: new IntervalSet(),
        skipped: [],
        base: null,
        next: 0,
        acked: 0,
        lastAck: null,
        lastWindow: -1,
        duplicates: 0,
        lossTold: false,
        lastMs: Number.NEGATIVE_INFINITY,
        ipIds: [],
        hasProbed: false,
        fin: false,
        repairUntil: Number.NEGATIVE_INFINITY,
      };
      this.#directions.set(key, found);
    }
    return found;
  }
}

/** A segment where it belongs. */
interface Seen {
  readonly segment: TcpSegment;
  readonly own: Direction;
  readonly other: Direction;
  readonly from: number;
  readonly to: number;
  readonly ack: number | null;
  readonly ipId: number;
  readonly lossTold: boolean;
  readonly atMs: number;
}

function rememberBytes({ segment: { flags }, own, from, to, atMs }: Seen, facts: SegmentFacts): void {
  const isAgain = to > from && facts.begins === 'below';
  if (!has(flags, tcpFlags.rst)) {
    if (from > own.next) own.skipped.push({ from: own.next, to: from, atMs });
    own.next = Math.max(own.next, to);
  }
  if (isAgain && (!facts.isRepairing || facts.sinceLastMs > leastRtoMs)) own.repairUntil = own.next;
  own.seen.add(from, to);
  if (has(flags, tcpFlags.fin)) own.fin = true;
}

function rememberProbes({ segment, own, other, from }: Seen): void {
  const isSmall = segment.payloadBytes <= 1 && !has(segment.flags, notBare);
  const isIntoShutWindow = segment.payloadBytes === 1 && other.lastWindow === 0;
  if (isSmall && (from === own.next - 1 || isIntoShutWindow)) own.hasProbed = true;
  other.hasProbed = false;
}

function rememberAck({ segment, own, other, ack, lossTold }: Seen): void {
  if (ack === null) return;
  const isBare = segment.payloadBytes === 0 && !has(segment.flags, notBare);
  if (ack > other.acked) own.duplicates = 0;
  else if (ack === other.acked && isBare) own.duplicates++;
  if (ack >= other.acked) own.lossTold = lossTold || (ack === other.acked && own.lossTold);
  own.lastAck = ack;
  other.acked = Math.max(other.acked, ack);
}

function has(flags: number, bits: number): boolean {
  return (flags & bits) !== 0;
}

/** A sequence number relative to the side's first, beyond 2^32 too. */
function place(direction: Direction, sequence: number): number {
  direction.base ??= sequence;
  return direction.next + ((sequence - ((direction.base + direction.next) % 2 ** 32)) | 0);
}
