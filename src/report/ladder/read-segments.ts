/** What the packets of one connection are: which kind, which retransmission, and which came to nothing. */
import type { LabPacket } from '../../tcp/lab-run.ts';
import type { PredictedEvent, Side } from '../../tcp/prediction.ts';

export type SegmentKind = PredictedEvent['what'];

/** What is needed of a packet. */
export type SegmentPacket = Pick<
  LabPacket,
  'atMs' | 'from' | 'flags' | 'bytes' | 'sequence' | 'acknowledgement' | 'lost'
> & {
  /** Known to be a keepalive or window probe, also where it carries a byte. */
  readonly isProbe?: boolean;
};

export interface Segment<P extends SegmentPacket = LabPacket> {
  readonly packet: P;
  readonly kind: SegmentKind;
  /** n-th retransmission; 0: the first of its kind and sequence. */
  readonly repeat: number;
  /** The link lost it. */
  readonly lost: boolean;
  /** It asked for an answer and got none before it was sent again, or at all; a bare ACK: what it acknowledges was sent again. */
  readonly unanswered: boolean;
}

/** A minimal retransmission timeout (TCP_RTO_MIN): what was sent later than this before the end may still be answered. */
const answerWithinMs = 200;

/** `packets` of one connection in time order; `untilMs` is when the run ended. */
export function readSegments<P extends SegmentPacket>(
  packets: readonly P[],
  untilMs: number,
): readonly Segment<P>[] {
  const sides: Readonly<Record<Side, SideState>> = { client: newSide(), server: newSide() };
  const found = packets.map((packet) => readSegment(packet, sides));
  for (const segment of [...sides.client.open.values(), ...sides.server.open.values()]) {
    if (untilMs - segment.packet.atMs >= answerWithinMs) segment.unanswered = true;
  }
  return found;
}

interface SideState {
  /** The next sequence number it will send, as far as seen; undefined before anything was. */
  next: number | undefined;
  /** How often each piece of sequence space was sent. */
  readonly sent: Map<string, number>;
  /** Sent and not answered yet, by the same key. */
  readonly open: Map<string, OpenSegment>;
  /** The last bare ACK it sent. */
  lastAck: OpenSegment | undefined;
}

type OpenSegment<P extends SegmentPacket = SegmentPacket> = {
  -readonly [K in keyof Segment<P>]: Segment<P>[K];
};

function newSide(): SideState {
  return { next: undefined, sent: new Map(), open: new Map(), lastAck: undefined };
}

function readSegment<P extends SegmentPacket>(
  packet: P,
  sides: Readonly<Record<Side, SideState>>,
): Segment<P> {
  const own = sides[packet.from];
  const other = sides[packet.from === 'client' ? 'server' : 'client'];
  const kind = kindOf(packet, own);
  const segment: OpenSegment<P> = { packet, kind, repeat: 0, lost: packet.lost === true, unanswered: false };
  if (!segment.lost) answer(segment, other);
  if (kind === 'ACK') own.lastAck = segment;
  if (asksForAnswer(kind)) send(segment, own, other);
  return segment;
}

/** Closes what it acknowledges on the other side. RST and ICMP errors answer everything. */
function answer({ packet, kind }: OpenSegment, other: SideState): void {
  const all = kind === 'RST' || kind === 'ICMP';
  for (const [key, open] of other.open) {
    const acknowledged = packet.flags.includes('.') && !isAfter(endOf(open.packet), packet.acknowledgement);
    if (!all && open.kind !== 'probe' && !acknowledged) continue;
    other.open.delete(key);
    // A probe that was answered is not repeated by the next one.
    if (open.kind === 'probe') other.sent.delete(key);
  }
  if (!packet.flags.includes('.') || kind === 'ICMP') return;
  if (other.next === undefined || isAfter(packet.acknowledgement, other.next))
    other.next = packet.acknowledgement;
}

function send(segment: OpenSegment, own: SideState, other: SideState): void {
  const { packet, kind } = segment;
  const key = kind === 'probe' ? 'probe' : `${kind} ${packet.sequence}`;
  segment.repeat = own.sent.get(key) ?? 0;
  own.sent.set(key, segment.repeat + 1);
  const before = own.open.get(key);
  if (before !== undefined) before.unanswered = true;
  else if (segment.repeat > 0) discardAck(packet, other);
  own.open.set(key, segment);
  const end = endOf(packet);
  if (own.next === undefined || isAfter(end, own.next)) own.next = end;
}

/** Answered, and sent again all the same: that answer was for nothing. */
function discardAck(repeated: SegmentPacket, { lastAck }: SideState): void {
  if (lastAck === undefined || isAfter(endOf(repeated), lastAck.packet.acknowledgement)) return;
  lastAck.unanswered = true;
}

/** What takes up sequence space, and probes. */
export function asksForAnswer(kind: SegmentKind): boolean {
  return kind !== 'ACK' && kind !== 'RST' && kind !== 'ICMP';
}

/** A keepalive or window probe is an empty segment one before the next sequence number (RFC 9293, 3.8.4; tcp_xmit_probe_skb). */
function kindOf({ flags, bytes, sequence, isProbe }: SegmentPacket, own: SideState): SegmentKind {
  if (flags.startsWith('ICMP')) return 'ICMP';
  if (flags.includes('R')) return 'RST';
  if (flags.includes('S')) return flags.includes('.') ? 'SYN-ACK' : 'SYN';
  if (flags.includes('F')) return 'FIN';
  if (isProbe) return 'probe';
  if (bytes > 0) return 'data';
  return own.next !== undefined && sequence === (own.next - 1) >>> 0 ? 'probe' : 'ACK';
}

function endOf({ sequence, bytes, flags }: SegmentPacket): number {
  return (sequence + bytes + (/[SF]/.test(flags) ? 1 : 0)) >>> 0;
}

/** Sequence numbers wrap: RFC 9293, 3.4. */
function isAfter(a: number, b: number): boolean {
  return (a - b) << 0 > 0;
}
