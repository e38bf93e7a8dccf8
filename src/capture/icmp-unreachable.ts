import type { Family } from '../tcp/socket.ts';
import { addressText } from './address-text.ts';
import { readU8, readU16, readU32 } from './big-endian.ts';
import { type IpHeader, readIpHeader } from './ip-header.ts';

/** Someone on the way says that a TCP segment could not be delivered, and quotes its start. */
export interface Unreachable {
  readonly kind: 'unreachable';
  readonly family: Family;
  /** Who says so: a router, a firewall, or the destination itself. */
  readonly reporter: string;
  /** ICMP type (IPv4: 3, IPv6: 1) and code, and the code's name, e.g. "host-prohibited". */
  readonly type: number;
  readonly code: number;
  readonly name: string;
  /** The undeliverable segment, in its own direction. */
  readonly quoted: {
    readonly source: string;
    readonly sourcePort: number;
    readonly destination: string;
    readonly destinationPort: number;
    readonly sequence: number;
  };
}

/** RFC 792 and RFC 1812, 5.2.7.1; worded like the firewall options that produce them. */
const ipv4Codes: readonly string[] = [
  'net-unreachable',
  'host-unreachable',
  'protocol-unreachable',
  'port-unreachable',
  'fragmentation-needed',
  'source-route-failed',
  'net-unknown',
  'host-unknown',
  'source-host-isolated',
  'net-prohibited',
  'host-prohibited',
  'net-unreachable-for-service',
  'host-unreachable-for-service',
  'admin-prohibited',
  'host-precedence-violation',
  'precedence-cutoff',
];

/** RFC 4443, 3.1; code 7: RFC 6550. */
const ipv6Codes: readonly string[] = [
  'no-route',
  'admin-prohibited',
  'beyond-scope',
  'address-unreachable',
  'port-unreachable',
  'source-policy-failed',
  'reject-route',
  'source-route-failed',
];

/** The name of a code of ICMP destination-unreachable. */
export function icmpName(family: Family, code: number): string {
  return (family === 'ipv4' ? ipv4Codes : ipv6Codes)[code] ?? `code-${code}`;
}

const destinationUnreachable = { ipv4: 3, ipv6: 1 } as const;
const TCP = 6;

/** Reads an ICMP message whose IP header is known; undefined when it is another message or does not quote TCP. */
export function readUnreachable(bytes: Uint8Array, ip: IpHeader): Unreachable | undefined {
  const type = readU8(bytes, ip.transportAt);
  const quoteAt = ip.transportAt + 8;
  if (type !== destinationUnreachable[ip.family] || quoteAt >= bytes.length) return undefined;
  const quote = readIpHeader(bytes, quoteAt, ip.transportBytes - 8);
  if (typeof quote === 'string' || quote.family !== ip.family || quote.protocol !== TCP) return undefined;
  // RFC 792 promises the first 8 bytes after the IP header: ports and sequence number, not the flags.
  if (quote.transportAt + 8 > bytes.length) return undefined;
  const code = readU8(bytes, ip.transportAt + 1);
  return {
    kind: 'unreachable',
    family: ip.family,
    reporter: addressText(bytes, ip.sourceAt, ip.family),
    type,
    code,
    name: icmpName(ip.family, code),
    quoted: {
      source: addressText(bytes, quote.sourceAt, ip.family),
      sourcePort: readU16(bytes, quote.transportAt),
      destination: addressText(bytes, quote.destinationAt, ip.family),
      destinationPort: readU16(bytes, quote.transportAt + 2),
      sequence: readU32(bytes, quote.transportAt + 4),
    },
  };
}
