import { type PcapngTime, PcapngWriter, pcapngFlags } from '../../../capture/file/pcapng-writer.ts';
import type { RingPacket } from '../../../kernel/packet-ring/packet-ring.ts';

/** Packets start with their IP header. */
const LINKTYPE_RAW = 101;
const SNAP_BYTES = 128;

export interface BlackBoxFacts {
  /** "halfopen 0.1.0" */
  readonly application: string;
  /** "Linux 6.18.44" */
  readonly os: string;
  /** The namespace's name. */
  readonly place: string;
  /** What the incident is, shown by the programs that open the file. */
  readonly title: string;
  /** Packets that the ring had no room for. */
  readonly dropped: number;
  /** Milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
}

const noHeader = new DataView(new ArrayBuffer(0));

/** The whole pcapng file, in the order of time: several processors fill the ring. */
export function blackBoxFile(packets: readonly RingPacket[], facts: BlackBoxFacts): Uint8Array {
  const chunks: Uint8Array[] = [];
  const { application, os, place, title: comment, dropped: droppedByOs } = facts;
  const section = { application, os, linkType: LINKTYPE_RAW, snapBytes: SNAP_BYTES };
  const writer = new PcapngWriter(section, (chunk) => chunks.push(chunk.slice()));
  writer.addInterface(place);
  for (const packet of packets.toSorted((a, b) => a.timestampUs - b.timestampUs)) {
    const { bytes, outgoing, originalBytes } = packet;
    const { seconds, nanoseconds } = timeOf(packet.timestampUs);
    const flags = outgoing ? pcapngFlags.outbound : pcapngFlags.inbound;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    writer.packet(0, seconds, nanoseconds, flags, noHeader, 0, bytes, view, 0, bytes.length, originalBytes);
  }
  const statistics = { received: packets.length, droppedByOs, comment };
  writer.end([statistics], timeOf(facts.fromMs * 1000), timeOf(facts.toMs * 1000));
  return Buffer.concat(chunks);
}

function timeOf(us: number): PcapngTime {
  return { seconds: Math.floor(us / 1e6), nanoseconds: Math.floor(us % 1e6) * 1000 };
}
