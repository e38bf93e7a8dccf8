/**
 * The classic capture file (draft-ietf-opsawg-pcap): microseconds, little-endian, link type RAW, where each packet starts with its
 * IP header, so that links of any kind can be kept in one file.
 */
const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const LINKTYPE_RAW = 101;
const SNAP_BYTES = 262_144;
const FILE_HEADER_BYTES = 24;
const PACKET_HEADER_BYTES = 16;

export interface PacketRecord {
  /** Microseconds since 1970. */
  readonly timestampUs: number;
  /** From the IP header on, perhaps cut. */
  readonly bytes: Uint8Array;
  /** Length on the wire from the IP header on. */
  readonly wireBytes: number;
}

/** The whole file; packets in the order given. */
export function pcapFile(packets: readonly PacketRecord[]): Uint8Array {
  const size = packets.reduce(
    (sum, { bytes }) => sum + PACKET_HEADER_BYTES + bytes.length,
    FILE_HEADER_BYTES,
  );
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  view.setUint32(0, MAGIC_MICROSECONDS, true);
  view.setUint16(4, 2, true); // version 2.4
  view.setUint16(6, 4, true);
  view.setUint32(16, SNAP_BYTES, true);
  view.setUint32(20, LINKTYPE_RAW, true);
  let at = FILE_HEADER_BYTES;
  for (const { timestampUs, bytes, wireBytes } of packets) {
    view.setUint32(at, Math.floor(timestampUs / 1e6), true);
    view.setUint32(at + 4, Math.floor(timestampUs % 1e6), true);
    view.setUint32(at + 8, bytes.length, true);
    view.setUint32(at + 12, wireBytes, true);
    file.set(bytes, at + PACKET_HEADER_BYTES);
    at += PACKET_HEADER_BYTES + bytes.length;
  }
  return file;
}
