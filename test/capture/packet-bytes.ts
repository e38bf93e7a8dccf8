/** Packets built by hand from RFC 791, 8200, 9293, 792 and 4443: what tests send and decode. Checksums are left 0. */

export interface TcpFields {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence?: number;
  readonly acknowledgement?: number;
  readonly flags: number;
  readonly payloadBytes?: number;
}

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;

/** "45 00 ..." with any white space. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(text.trim().split(/\s+/), (byte) => Number.parseInt(byte, 16));
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

export function tcp(fields: TcpFields): Uint8Array {
  const bytes = new Uint8Array(20 + (fields.payloadBytes ?? 0));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, fields.sourcePort);
  view.setUint16(2, fields.destinationPort);
  view.setUint32(4, fields.sequence ?? 0);
  view.setUint32(8, fields.acknowledgement ?? 0);
  view.setUint8(12, 5 << 4);
  view.setUint8(13, fields.flags);
  view.setUint16(14, 64_240);
  return bytes;
}

export interface Ipv4Fields {
  readonly protocol: number;
  readonly source?: readonly number[];
  readonly destination?: readonly number[];
  /** Options, a multiple of 4 bytes. */
  readonly options?: Uint8Array;
  /** The 16 bits with the flags (0x2000: more fragments) and the offset. */
  readonly fragment?: number;
}

export function ipv4(fields: Ipv4Fields, transport: Uint8Array): Uint8Array {
  const options = fields.options ?? new Uint8Array();
  const header = new Uint8Array(20);
  const view = new DataView(header.buffer);
  view.setUint8(0, 0x40 | (5 + options.length / 4));
  view.setUint16(2, 20 + options.length + transport.length);
  view.setUint16(6, fields.fragment ?? 0);
  view.setUint8(8, 64);
  view.setUint8(9, fields.protocol);
  header.set(fields.source ?? [127, 0, 0, 1], 12);
  header.set(fields.destination ?? [127, 0, 0, 1], 16);
  return join(header, options, transport);
}

/** ::1 to ::1, with `rest` (extension headers and transport) of the given first protocol. */
export function ipv6(protocol: number, rest: Uint8Array): Uint8Array {
  const header = new Uint8Array(40);
  const view = new DataView(header.buffer);
  view.setUint8(0, 0x60);
  view.setUint16(4, rest.length);
  view.setUint8(6, protocol);
  view.setUint8(7, 64);
  view.setUint8(23, 1);
  view.setUint8(39, 1);
  return join(header, rest);
}

/** An options-type extension header of `units` times 8 bytes, filled with Pad1. */
export function extension(next: number, units = 1): Uint8Array {
  const bytes = new Uint8Array(8 * units);
  bytes[0] = next;
  bytes[1] = units - 1;
  return bytes;
}

/** A fragment header with the 16 bits of offset and flag as given. */
export function fragmentHeader(next: number, offsetAndFlag: number): Uint8Array {
  return Uint8Array.of(next, 0, offsetAndFlag >> 8, offsetAndFlag & 0xff, 0, 0, 0, 1);
}

export function icmp(type: number, code: number, quote: Uint8Array): Uint8Array {
  return join(Uint8Array.of(type, code, 0, 0, 0, 0, 0, 0), quote);
}
