import type { CapturePlan, PlanStep, SegmentStep } from './capture-plan.ts';
import type { FuzzFrame } from './fuzz-frame.ts';
import { icmpPacket, missingBytes, tcpPacket } from './ip-packet.ts';
import { linkHeader } from './link-header.ts';

const MOST_SECONDS = 0xffff_ffff;
const FIRST_ISNS = [0xffff_fff0, 0x7fff_ff00, 1] as const;

/** What a side of a connection would send next. */
interface Standing {
  next: number;
  ipId: number;
}

interface Connection {
  readonly client: Standing;
  readonly server: Standing;
  /** The IP packet sent last. */
  last: Uint8Array;
}

/** The frames of the plan. */
export function playPlan(plan: CapturePlan): readonly FuzzFrame[] {
  const connections = new Map<number, Connection>();
  const frames: FuzzFrame[] = [];
  let atMs = plan.startSeconds * 1000;
  for (const step of plan.steps) {
    atMs = Math.min(Math.max(atMs + step.afterMs, 0), MOST_SECONDS * 1000 + 999);
    const packet = packetOf(step, connections);
    const before = frames.at(-1);
    const bytes = packet === 'copy' ? (before?.bytes ?? new Uint8Array(0)) : framed(packet, plan);
    const wireBytes = packet === 'copy' && before ? before.wireBytes : wireBytesOf(step, bytes.length);
    const seconds = Math.floor(atMs / 1000);
    const nanoseconds = Math.floor((atMs - seconds * 1000) * 1e6);
    frames.push({ seconds, nanoseconds, linkType: plan.linkType, wireBytes, bytes });
  }
  return frames;
}

function wireBytesOf(step: PlanStep, captured: number): number {
  if (step.kind !== 'segment') return captured;
  return step.oddity === 'huge-wire' ? 0x7fff_ffff : captured + missingBytes(step);
}

function packetOf(step: PlanStep, connections: Map<number, Connection>): Uint8Array | 'copy' {
  if (step.kind === 'copy') return 'copy';
  if (step.kind === 'noise') return Uint8Array.from(step.bytes);
  const connection = connections.get(step.connection) ?? newConnection(step.connection);
  connections.set(step.connection, connection);
  if (step.kind === 'unreachable') {
    const about = step.isRight ? connection.last : connection.last.map((byte) => byte ^ 1);
    return icmpPacket(step.connection, about);
  }
  connection.last = segmentOf(step, connection);
  return connection.last;
}

function newConnection(index: number): Connection {
  const isn = FIRST_ISNS[index % FIRST_ISNS.length] ?? 0;
  return {
    client: { next: isn, ipId: 100 },
    server: { next: isn >>> 1, ipId: 0xfff0 },
    last: new Uint8Array(0),
  };
}

function segmentOf(step: SegmentStep, connection: Connection): Uint8Array {
  const sender = step.fromClient ? connection.client : connection.server;
  const receiver = step.fromClient ? connection.server : connection.client;
  const sequence = (sender.next + step.sequenceOffset) >>> 0;
  const taken = step.payloadBytes + (step.flags & 1) + ((step.flags >> 1) & 1);
  const isBehind = step.sequenceOffset < 0 && step.sequenceOffset + taken <= 0;
  if (!isBehind) sender.next = (sequence + taken) >>> 0;
  sender.ipId = (sender.ipId + 1) & 0xffff;
  return tcpPacket(step, {
    sequence,
    acknowledgement: (receiver.next + step.acknowledgementOffset) >>> 0,
    ipId: step.ipId ?? sender.ipId,
  });
}

function framed(packet: Uint8Array, { linkType, tags }: CapturePlan): Uint8Array {
  const header = linkHeader(linkType, tags, (packet[0] ?? 0) >> 4 === 6);
  const bytes = new Uint8Array(header.length + packet.length);
  bytes.set(header);
  bytes.set(packet, header.length);
  return bytes;
}
