import type { Side } from '../../../src/tcp/prediction.ts';

/** One packet of a crafted capture, before it becomes bytes. */
export interface CraftedPacket {
  /** From the start of the capture; fractions down to nanoseconds. */
  readonly atMs: number;
  /** Which side of its conversation sent it; null: neither. */
  readonly from: Side | null;
  /** Two IPv4 or two IPv6 addresses. */
  readonly source: string;
  readonly destination: string;
  readonly ttl: number;
  /** IPv4 identification; IPv6 has none. */
  readonly ipId: number;
  readonly ip?: IpOddities;
  readonly transport: TcpHeader | UnreachableError | Datagram;
}

export interface IpOddities {
  /** IPv4 options, a multiple of 4 bytes. */
  readonly options?: readonly number[];
  /** IPv6 extension headers, in order. */
  readonly extensions?: readonly ('hop-by-hop' | 'routing' | 'destination')[];
  /** Only these bytes of the transport packet are sent; the offset is a multiple of 8. */
  readonly fragment?: { readonly offset: number; readonly bytes: number; readonly more: boolean };
  /** Total length (IPv6: payload length) 0, as segmentation offload leaves it for frames above 64 KiB. */
  readonly zeroLength?: boolean;
}

export interface TcpHeader {
  readonly kind: 'tcp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  /** Bits of RFC 9293, 3.1. */
  readonly flags: number;
  readonly window: number;
  readonly urgent: number;
  /** A multiple of 4 bytes. */
  readonly options: readonly number[];
  readonly payload: Uint8Array;
}

export interface UnreachableError {
  readonly kind: 'unreachable';
  readonly reason: 'host' | 'port' | 'prohibited';
  readonly about: CraftedPacket;
}

export interface Datagram {
  readonly kind: 'udp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
}
