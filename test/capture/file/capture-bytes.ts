/** Bytes of capture files, put together as the specifications draw them: draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng. */
export type ByteOrder = 'little' | 'big';

export function bytesOf(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

export function u16(order: ByteOrder, ...values: readonly number[]): Uint8Array {
  const bytes = values.flatMap((value) => [(value >>> 8) & 255, value & 255]);
  return reordered(order, bytes, 2);
}

export function u32(order: ByteOrder, ...values: readonly number[]): Uint8Array {
  const bytes = values.flatMap((value) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255));
  return reordered(order, bytes, 4);
}

function reordered(order: ByteOrder, bytes: readonly number[], width: number): Uint8Array {
  if (order === 'big') return Uint8Array.from(bytes);
  const words = Array.from({ length: bytes.length / width }, (_, word) =>
    bytes.slice(word * width, (word + 1) * width).reverse(),
  );
  return Uint8Array.from(words.flat());
}

export function pcapHeader(
  order: ByteOrder,
  { magic = 0xa1b2c3d4, major = 2, minor = 4, snapLength = 262144, linkType = 1 } = {},
): Uint8Array {
  return bytesOf(u32(order, magic), u16(order, major, minor), u32(order, 0, 0, snapLength, linkType));
}

export function pcapRecord(
  order: ByteOrder,
  data: readonly number[],
  { seconds = 1_700_000_000, fraction = 0, captured = data.length, wire = data.length } = {},
): Uint8Array {
  return bytesOf(u32(order, seconds, fraction, captured, wire), data);
}

/** Any block: its body is padded to 32 bits, its length stands before and behind. */
export function block(order: ByteOrder, type: number, body: Uint8Array): Uint8Array {
  const padding = new Uint8Array((4 - (body.length % 4)) % 4);
  const total = body.length + padding.length + 12;
  return bytesOf(u32(order, type, total), body, padding, u32(order, total));
}

export function section(order: ByteOrder, options: Uint8Array = new Uint8Array(0)): Uint8Array {
  const unknownLength = [0xffff_ffff, 0xffff_ffff];
  return block(
    order,
    0x0a0d0d0a,
    bytesOf(u32(order, 0x1a2b3c4d), u16(order, 1, 0), u32(order, ...unknownLength), options),
  );
}

export function option(order: ByteOrder, code: number, value: Uint8Array | readonly number[]): Uint8Array {
  const padding = new Uint8Array((4 - (value.length % 4)) % 4);
  return bytesOf(u16(order, code, value.length), value, padding);
}

export function interfaceBlock(
  order: ByteOrder,
  { linkType = 1, snapLength = 262144, options = [] as readonly Uint8Array[] } = {},
): Uint8Array {
  const end = options.length > 0 ? u32(order, 0) : new Uint8Array(0);
  return block(order, 1, bytesOf(u16(order, linkType, 0), u32(order, snapLength), ...options, end));
}

export function packetBlock(
  order: ByteOrder,
  data: readonly number[],
  { from = 0, ticks = 1_700_000_000_000_000n, captured = data.length, wire = data.length } = {},
): Uint8Array {
  const [high, low] = [Number(ticks >> 32n), Number(ticks & 0xffff_ffffn)];
  return block(order, 6, bytesOf(u32(order, from, high, low, captured, wire), data));
}
