import { addressBytes } from './address-bytes.ts';
import type { CraftedPacket, TcpHeader } from './crafted-packet.ts';
import { internetChecksum } from './internet-checksum.ts';
import { ipPacketBytes } from './ip-packet-bytes.ts';

/** What IP carries: its protocol number and the bytes, with their checksum (RFC 9293, 768, 792, 4443). */
export function transportBytes(packet: CraftedPacket): {
  readonly protocol: number;
  readonly bytes: Uint8Array;
} {
  const { transport } = packet;
  switch (transport.kind) {
    case 'tcp':
      return { protocol: 6, bytes: summed(packet, 6, tcpBytes(transport), 16) };
    case 'udp': {
      const bytes = new Uint8Array(8 + transport.payload.length);
      const view = new DataView(bytes.buffer);
      view.setUint16(0, transport.sourcePort);
      view.setUint16(2, transport.destinationPort);
      view.setUint16(4, bytes.length);
      bytes.set(transport.payload, 8);
      return { protocol: 17, bytes: summed(packet, 17, bytes, 6) };
    }
    case 'unreachable': {
      const isV6 = packet.source.includes(':');
      const [type, code] = isV6 ? [1, v6Codes[transport.reason]] : [3, v4Codes[transport.reason]];
      // RFC 792 asks for the IP header and 8 bytes, RFC 4443 for as much as fits; Linux quotes the whole SYN in both.
      const quote = ipPacketBytes(transport.about);
      const bytes = Uint8Array.of(type, code, 0, 0, 0, 0, 0, 0, ...quote);
      if (isV6) return { protocol: 58, bytes: summed(packet, 58, bytes, 2) };
      new DataView(bytes.buffer).setUint16(2, internetChecksum(bytes));
      return { protocol: 1, bytes };
    }
  }
}

const v4Codes = { host: 1, port: 3, prohibited: 13 } as const;
const v6Codes = { host: 3, port: 4, prohibited: 1 } as const;

function tcpBytes(header: TcpHeader): Uint8Array {
  const headerBytes = 20 + header.options.length;
  const bytes = new Uint8Array(headerBytes + header.payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, header.sourcePort);
  view.setUint16(2, header.destinationPort);
  view.setUint32(4, header.sequence);
  view.setUint32(8, header.acknowledgement);
  view.setUint8(12, (headerBytes / 4) << 4);
  view.setUint8(13, header.flags);
  view.setUint16(14, header.window);
  view.setUint16(18, header.urgent);
  bytes.set(header.options, 20);
  bytes.set(header.payload, headerBytes);
  return bytes;
}

/** With the checksum over pseudo header (RFC 9293, 3.1; RFC 8200, 8.1) and bytes written at `checksumAt`. */
function summed(packet: CraftedPacket, protocol: number, bytes: Uint8Array, checksumAt: number): Uint8Array {
  const pseudo = [
    ...addressBytes(packet.source),
    ...addressBytes(packet.destination),
    ...[0, protocol, (bytes.length >> 8) & 0xff, bytes.length & 0xff],
  ];
  const whole = new Uint8Array(pseudo.length + bytes.length);
  whole.set(pseudo);
  whole.set(bytes, pseudo.length);
  new DataView(bytes.buffer).setUint16(checksumAt, internetChecksum(whole));
  return bytes;
}
