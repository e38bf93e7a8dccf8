export type Compression = 'gzip' | 'zstd';

/** So many of its first bytes tell. */
export const compressionMagicBytes = 4;

/** By the magic bytes of RFC 1952, section 2.3.1, and RFC 8878, section 3.1 (a zstd file may begin with a skippable frame). */
export function compressionOf(head: Uint8Array): Compression | null {
  const [a = 0, b = 0, c = 0, d = 0] = head;
  if (a === 0x1f && b === 0x8b) return 'gzip';
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstd';
  if ((a & 0xf0) === 0x50 && b === 0x2a && c === 0x4d && d === 0x18) return 'zstd';
  return null;
}
