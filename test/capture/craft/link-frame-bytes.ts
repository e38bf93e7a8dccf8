import type { CraftedPacket } from './crafted-packet.ts';
import { ipPacketBytes } from './ip-packet-bytes.ts';

export type LinkKind = keyof typeof linkTypes;

/** LINKTYPE_... of https://www.tcpdump.org/linktypes.html */
const linkTypes = {
  ethernet: 1,
  vlan: 1,
  qinq: 1,
  cooked: 113,
  cooked2: 276,
  raw: 101,
  'raw-bsd': 12,
  'null-little': 0,
  'null-big': 0,
  loop: 108,
} as const;

/** The frame around a packet, and its link type; `padded`: Ethernet's 60 bytes at least. */
export function linkFrameBytes(
  packet: CraftedPacket,
  kind: LinkKind,
  padded: boolean,
): { readonly linkType: number; readonly bytes: Uint8Array } {
  const ip = ipPacketBytes(packet);
  const header = headerOf(packet, kind);
  const bytes = new Uint8Array(Math.max(header.length + ip.length, padded ? 60 : 0));
  bytes.set(header);
  bytes.set(ip, header.length);
  return { linkType: linkTypes[kind], bytes };
}

const clientMac = [0x02, 0, 0, 0, 0, 0x01];
const serverMac = [0x02, 0, 0, 0, 0, 0x02];

function headerOf(packet: CraftedPacket, kind: LinkKind): readonly number[] {
  const isV6 = packet.source.includes(':');
  const etherType = isV6 ? [0x86, 0xdd] : [0x08, 0x00];
  const fromServer = packet.from === 'server';
  const macs = fromServer ? [...clientMac, ...serverMac] : [...serverMac, ...clientMac];
  switch (kind) {
    case 'ethernet':
      return [...macs, ...etherType];
    case 'vlan': // IEEE 802.1Q: VLAN 100
      return [...macs, 0x81, 0x00, 0x00, 0x64, ...etherType];
    case 'qinq': // IEEE 802.1ad: VLAN 100 in service VLAN 200
      return [...macs, 0x88, 0xa8, 0x00, 0xc8, 0x81, 0x00, 0x00, 0x64, ...etherType];
    case 'cooked': // packet type (to us, outgoing), ARPHRD_ETHER, address
      return [0, fromServer ? 0 : 4, 0, 1, 0, 6, ...(fromServer ? serverMac : clientMac), 0, 0, ...etherType];
    case 'cooked2': // protocol, reserved, interface 2, ARPHRD_ETHER, packet type, address
      return [
        ...etherType,
        ...[0, 0, 0, 0, 0, 2, 0, 1, fromServer ? 0 : 4, 6],
        ...(fromServer ? serverMac : clientMac),
        ...[0, 0],
      ];
    case 'raw':
    case 'raw-bsd':
      return [];
    case 'null-little': // AF_INET, AF_INET6 of macOS
      return [isV6 ? 30 : 2, 0, 0, 0];
    case 'null-big':
      return [0, 0, 0, isV6 ? 30 : 2];
    case 'loop': // network byte order, AF_INET6 of OpenBSD
      return [0, 0, 0, isV6 ? 24 : 2];
  }
}
