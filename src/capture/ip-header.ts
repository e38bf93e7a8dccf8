import type { Family } from '../tcp/socket.ts';
import { readU8, readU16 } from './big-endian.ts';

/** Where the parts of an IP packet are. Offsets count from the start of the bytes that were given. */
export interface IpHeader {
  readonly family: Family;
  readonly sourceAt: number;
  readonly destinationAt: number;
  /** Protocol number of the transport header (IANA), after any IPv6 extension headers. */
  readonly protocol: number;
  readonly transportAt: number;
  /** Length of transport header and payload on the wire; the bytes at hand may be fewer (snap length). */
  readonly transportBytes: number;
}

/** `fragment`: a piece of a packet, whose transport header or length is not known. `malformed`: too short or contradictory. */
export type NotWholePacket = 'fragment' | 'malformed';

/**
 * Reads the IP header at `at`, IPv4 (RFC 791) or IPv6 (RFC 8200). `packetBytes` is the length of the packet on the
 * wire from `at` on; it stands in where the header's own length is 0, as in packets over 65,535 bytes that the
 * kernel hands to the taps before the network card cuts them up (TSO, BIG TCP) and in jumbograms (RFC 2675).
 */
export function readIpHeader(bytes: Uint8Array, at: number, packetBytes: number): IpHeader | NotWholePacket {
  const version = readU8(bytes, at) >> 4;
  if (version === 4) return readIpv4(bytes, at, packetBytes);
  if (version === 6) return readIpv6(bytes, at, packetBytes);
  return 'malformed';
}

function readIpv4(bytes: Uint8Array, at: number, packetBytes: number): IpHeader | NotWholePacket {
  const headerBytes = (readU8(bytes, at) & 0xf) * 4;
  if (headerBytes < 20 || at + headerBytes > bytes.length) return 'malformed';
  const totalBytes = readU16(bytes, at + 2) || packetBytes;
  if (totalBytes < headerBytes) return 'malformed';
  const moreFragmentsAndOffset = readU16(bytes, at + 6) & 0x3fff;
  if (moreFragmentsAndOffset !== 0) return 'fragment';
  return {
    family: 'ipv4',
    sourceAt: at + 12,
    destinationAt: at + 16,
    protocol: readU8(bytes, at + 9),
    transportAt: at + headerBytes,
    transportBytes: totalBytes - headerBytes,
  };
}

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const DESTINATION_OPTIONS = 60;
const MOBILITY = 135;
const HOST_IDENTITY = 139;
const SHIM6 = 140;

function readIpv6(bytes: Uint8Array, at: number, packetBytes: number): IpHeader | NotWholePacket {
  if (at + 40 > bytes.length) return 'malformed';
  const end = at + 40 + (readU16(bytes, at + 4) || Math.max(0, packetBytes - 40));
  let protocol = readU8(bytes, at + 6);
  let transportAt = at + 40;
  for (;;) {
    const extensionBytes = ipv6ExtensionBytes(bytes, transportAt, protocol);
    if (extensionBytes === 0) break;
    if (transportAt + extensionBytes > Math.min(bytes.length, end)) return 'malformed';
    if (protocol === FRAGMENT && (readU16(bytes, transportAt + 2) & 0xfff9) !== 0) return 'fragment';
    protocol = readU8(bytes, transportAt);
    transportAt += extensionBytes;
  }
  const transportBytes = end - transportAt;
  return { family: 'ipv6', sourceAt: at + 8, destinationAt: at + 24, protocol, transportAt, transportBytes };
}

/** Length of the extension header of this kind at `at` (RFC 8200, 4; RFC 4302, 2.2), 0 when it is none. */
function ipv6ExtensionBytes(bytes: Uint8Array, at: number, protocol: number): number {
  switch (protocol) {
    case HOP_BY_HOP:
    case ROUTING:
    case DESTINATION_OPTIONS:
    case MOBILITY:
    case HOST_IDENTITY:
    case SHIM6:
      return (readU8(bytes, at + 1) + 1) * 8;
    case FRAGMENT:
      return 8;
    case AUTHENTICATION:
      return (readU8(bytes, at + 1) + 2) * 4;
    default:
      return 0;
  }
}
