/** Ethernet + IP + TCP segments made by hand, without payload. */

export interface Segment {
  /** "02:00:00:00:00:01"; both empty on a link without Ethernet (tun), where a packet starts at the IP header. */
  readonly sourceMac: string;
  readonly destinationMac: string;
  /** 4 or 16 bytes; both of the same family. */
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgement?: number;
  /** As tcpdump writes them: "S", "S.", ".", "R", "F.", "P." */
  readonly flags: string;
}

const flagBits: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, '.': 16, U: 32 };
const protocolTcp = 6;
const maximumSegmentSizeOption = [2, 4, 1460 >> 8, 1460 & 0xff]; // RFC 9293, 3.7.1

/** The frame as it goes on the wire, checksums included. */
export function tcpFrame(segment: Segment): Buffer {
  const tcp = tcpHeader(segment);
  const { source, destination } = segment;
  const isIpv6 = source.length === 16;
  // Pseudo header: addresses, length, protocol (RFC 9293, 3.1; RFC 8200, 8.1); zeros do not change the sum.
  tcp.writeUInt16BE(
    internetChecksum([source, destination, Buffer.from([0, protocolTcp, 0, tcp.length]), tcp]),
    16,
  );
  const ip = isIpv6 ? ipv6Header(segment, tcp.length) : ipv4Header(segment, tcp.length);
  return Buffer.concat([ethernetHeader(segment), ip, tcp]);
}

/** IEEE 802 numbers; they also say what a packet is on a link that has no Ethernet header. */
export function etherTypeOf(address: Uint8Array): number {
  return address.length === 16 ? 0x86dd : 0x0800;
}

function ethernetHeader({ sourceMac, destinationMac, source }: Segment): Buffer {
  if (sourceMac === '' && destinationMac === '') return Buffer.alloc(0);
  const etherType = etherTypeOf(source);
  return Buffer.from([...macBytes(destinationMac), ...macBytes(sourceMac), etherType >> 8, etherType & 0xff]);
}

function tcpHeader({ sourcePort, destinationPort, sequence, acknowledgement = 0, flags }: Segment): Buffer {
  const options = flags.includes('S') ? maximumSegmentSizeOption : [];
  const header = Buffer.alloc(20 + options.length);
  header.writeUInt16BE(sourcePort, 0);
  header.writeUInt16BE(destinationPort, 2);
  header.writeUInt32BE(sequence, 4);
  header.writeUInt32BE(acknowledgement, 8);
  header.writeUInt8((header.length / 4) << 4, 12);
  header.writeUInt8(
    [...flags].reduce((bits, flag) => bits | (flagBits[flag] ?? 0), 0),
    13,
  );
  header.writeUInt16BE(64_240, 14);
  header.set(options, 20);
  return header;
}

function ipv4Header({ source, destination }: Segment, payloadBytes: number): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(20 + payloadBytes, 2);
  header.writeUInt16BE(0x4000, 6); // Don't fragment.
  header.writeUInt8(64, 8);
  header.writeUInt8(protocolTcp, 9);
  header.set(source, 12);
  header.set(destination, 16);
  header.writeUInt16BE(internetChecksum([header]), 10);
  return header;
}

function ipv6Header({ source, destination }: Segment, payloadBytes: number): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt8(0x60, 0);
  header.writeUInt16BE(payloadBytes, 4);
  header.writeUInt8(protocolTcp, 6);
  header.writeUInt8(64, 7);
  header.set(source, 8);
  header.set(destination, 24);
  return header;
}

/** RFC 1071: the ones' complement of the ones' complement sum; every part has an even number of bytes. */
function internetChecksum(parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 2) sum += ((part[i] ?? 0) << 8) | (part[i + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function macBytes(mac: string): number[] {
  return mac.split(':').map((byte) => Number.parseInt(byte, 16));
}
