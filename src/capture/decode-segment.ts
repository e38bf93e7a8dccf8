import type { Family } from '../tcp/socket.ts';
import { addressText } from './address-text.ts';
import { readU8, readU16, readU32 } from './big-endian.ts';
import { readUnreachable, type Unreachable } from './icmp-unreachable.ts';
import { type IpHeader, readIpHeader } from './ip-header.ts';
import { readTcpOptions, type TcpOptions } from './tcp-options.ts';

/** The bits of the TCP header's flags byte (RFC 9293, 3.1). */
export const tcpFlags = {
  fin: 0x01,
  syn: 0x02,
  rst: 0x04,
  psh: 0x08,
  ack: 0x10,
  urg: 0x20,
  ece: 0x40,
  cwr: 0x80,
} as const;

export interface TcpSegment {
  readonly kind: 'segment';
  readonly family: Family;
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  /** See `tcpFlags`. */
  readonly flags: number;
  /** As sent, not scaled. */
  readonly window: number;
  /** On the wire, from the IP header's length; not what the snap length left. */
  readonly payloadBytes: number;
  /** Undefined when the header has none. */
  readonly options?: TcpOptions | undefined;
}

const ICMP = 1;
const TCP = 6;
const ICMPV6 = 58;

/**
 * Decodes one packet from its IP header on. `packetBytes` is its length on the wire when the bytes are only its start.
 * Undefined for what is neither TCP nor an ICMP destination-unreachable about TCP, for fragments, and for bytes that
 * are too few or contradict themselves. Never throws.
 */
export function decodeSegment(
  bytes: Uint8Array,
  packetBytes = bytes.length,
): TcpSegment | Unreachable | undefined {
  const ip = readIpHeader(bytes, 0, packetBytes);
  if (typeof ip === 'string') return undefined;
  if (ip.protocol === TCP) return readTcp(bytes, ip);
  if (ip.protocol === (ip.family === 'ipv4' ? ICMP : ICMPV6)) return readUnreachable(bytes, ip);
  return undefined;
}

function readTcp(bytes: Uint8Array, ip: IpHeader): TcpSegment | undefined {
  const at = ip.transportAt;
  if (at + 20 > bytes.length) return undefined;
  const headerBytes = (readU8(bytes, at + 12) >> 4) * 4;
  const payloadBytes = ip.transportBytes - headerBytes;
  if (headerBytes < 20 || payloadBytes < 0) return undefined;
  return {
    kind: 'segment',
    family: ip.family,
    source: addressText(bytes, ip.sourceAt, ip.family),
    sourcePort: readU16(bytes, at),
    destination: addressText(bytes, ip.destinationAt, ip.family),
    destinationPort: readU16(bytes, at + 2),
    sequence: readU32(bytes, at + 4),
    acknowledgement: readU32(bytes, at + 8),
    flags: readU8(bytes, at + 13),
    window: readU16(bytes, at + 14),
    payloadBytes,
    options:
      headerBytes > 20 ? readTcpOptions(bytes, at + 20, Math.min(at + headerBytes, bytes.length)) : undefined,
  };
}
