import { decodeSegment, type TcpSegment } from '../../capture/decode-segment.ts';
import { flagText } from '../../capture/flag-text.ts';
import type { Unreachable } from '../../capture/icmp-unreachable.ts';
import { PacketRing } from '../../kernel/packet-ring/packet-ring.ts';
import { type Crowd, tcpFilter } from '../../kernel/packet-ring/tcp-filter.ts';
import type { LabPacket } from '../../tcp/lab-run.ts';
import type { Side } from '../../tcp/prediction.ts';
import { readingOrThrow } from './reading-or-throw.ts';

/** A packet as one end saw it. */
export interface TappedPacket {
  readonly wallMs: number;
  readonly seenBy: Side;
  readonly outgoing: boolean;
  readonly bytes: Uint8Array;
  readonly wireBytes: number;
  readonly decoded: TcpSegment | Unreachable;
}

const RING_BYTES = 16 * 1024 * 1024;
const SNAP_BYTES = 192;
const READ_EVERY_MS = 20;
const READ_AT_MOST = 20_000;
/** Kept for the ladder, the checks and the capture file; a flood shows its pattern in fewer. */
const MOST_KEPT = 200_000;

/** A ring gives its packets within 20 ms (RETIRE_AFTER_MS), each ring by itself; the rest is for a busy machine. */
export const handedOverWithinMs = 100;

/** Listens at both ends of the link: what one end sent and the other never saw was lost on the way. */
export class WireTap implements Disposable {
  readonly #rings: readonly { readonly side: Side; readonly ring: PacketRing }[];
  readonly #kept: TappedPacket[] = [];
  readonly #timer: NodeJS.Timeout;
  #seen = 0;

  constructor(ends: Readonly<Record<Side, string>>, ports: readonly number[], crowd?: Crowd) {
    const sample = { ports, share: 1 };
    const filter = tcpFilter({ snapBytes: SNAP_BYTES, sample, ...(crowd ? { crowd } : {}) });
    this.#rings = (['client', 'server'] as const).map((side) => ({
      side,
      ring: readingOrThrow(
        PacketRing.open({ namespacePath: ends[side], filter, bytes: RING_BYTES, snapBytes: SNAP_BYTES }),
        `capture packets in the ${side}'s namespace`,
      ),
    }));
    this.#timer = setInterval(() => this.drain(), READ_EVERY_MS);
  }

  /** Everything kept so far, in time order. */
  packets(): readonly TappedPacket[] {
    this.drain();
    return this.#kept.toSorted((a, b) => a.wallMs - b.wallMs);
  }

  /** Packets that the client's end saw, kept or not, and packets that no ring had room for. */
  counts(): { readonly seen: number; readonly missed: number } {
    const missed = this.#rings.reduce((sum, { ring }) => sum + ring.statistics().dropped, 0);
    return { seen: this.#seen, missed };
  }

  drain(): void {
    for (const { side, ring } of this.#rings) {
      ring.read(READ_AT_MOST, (packet) => {
        if (side === 'client') this.#seen++;
        if (this.#kept.length >= MOST_KEPT) return;
        const decoded = decodeSegment(packet.bytes, packet.originalBytes);
        if (decoded === undefined) return;
        this.#kept.push({
          wallMs: packet.timestampUs / 1000,
          seenBy: side,
          outgoing: packet.outgoing,
          bytes: packet.bytes.slice(),
          wireBytes: packet.originalBytes,
          decoded,
        });
      });
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const { ring } of this.#rings) ring.close();
  }
}

/**
 * One row for each packet: when its sender put it on the wire, or when it arrived where there is no sender's copy (an ICMP error or a
 * RST of a router in between). `serverPort` tells who is who. Times are relative to `originWallMs`. Arrivals after `sentKnownUntilMs` are
 * left out as long as the sender's copy may still be on its way to us (wall clock; see `handedOverWithinMs`).
 */
export function wirePackets(
  tapped: readonly TappedPacket[],
  serverPorts: readonly number[],
  originWallMs: number,
  sentKnownUntilMs = Number.POSITIVE_INFINITY,
): LabPacket[] {
  const arrivals = new Map<string, number>();
  const sent = new Set<string>();
  for (const packet of tapped) {
    if (packet.outgoing) sent.add(keyOf(packet));
    else arrivals.set(keyOf(packet), (arrivals.get(keyOf(packet)) ?? 0) + 1);
  }
  const rows: LabPacket[] = [];
  for (const packet of tapped) {
    if (!packet.outgoing && (sent.has(keyOf(packet)) || packet.wallMs > sentKnownUntilMs)) continue;
    const row = toRow(packet, serverPorts, originWallMs);
    if (row === undefined) continue;
    const left = arrivals.get(keyOf(packet)) ?? 0;
    if (left > 0) arrivals.set(keyOf(packet), left - 1);
    rows.push(left > 0 ? row : { ...row, lost: true });
  }
  return rows;
}

/** Both copies of a packet agree in these. A retransmission has another timestamp; without timestamps it repeats all, which is why arrivals are counted. */
function keyOf({ decoded }: TappedPacket): string {
  if (decoded.kind === 'unreachable') {
    const { source, sourcePort, sequence } = decoded.quoted;
    return `icmp ${decoded.reporter} ${source} ${sourcePort} ${sequence}`;
  }
  const { source, sourcePort, destinationPort, sequence, acknowledgement, flags, payloadBytes, options } =
    decoded;
  const sentAt = options?.timestamps?.value ?? '';
  return `${source} ${sourcePort} ${destinationPort} ${sequence} ${acknowledgement} ${flags} ${payloadBytes} ${sentAt}`;
}

function toRow(
  packet: TappedPacket,
  serverPorts: readonly number[],
  originWallMs: number,
): LabPacket | undefined {
  const atMs = packet.wallMs - originWallMs;
  const { decoded } = packet;
  if (decoded.kind === 'unreachable') {
    const fromServer = serverPorts.includes(decoded.quoted.destinationPort);
    return {
      atMs,
      from: fromServer ? 'server' : 'client',
      flags: `ICMP ${decoded.name}`,
      bytes: 0,
      clientPort: fromServer ? decoded.quoted.sourcePort : decoded.quoted.destinationPort,
      sequence: 0,
      acknowledgement: 0,
    };
  }
  const fromClient = serverPorts.includes(decoded.destinationPort);
  if (!fromClient && !serverPorts.includes(decoded.sourcePort)) return undefined;
  return {
    atMs,
    from: fromClient ? 'client' : 'server',
    flags: flagText(decoded.flags),
    bytes: decoded.payloadBytes,
    clientPort: fromClient ? decoded.sourcePort : decoded.destinationPort,
    sequence: decoded.sequence,
    acknowledgement: decoded.acknowledgement,
  };
}
