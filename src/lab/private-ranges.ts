import { parseIp } from './ip-bytes.ts';

/** Nobody routes these outside: RFC 1918 (section 3), RFC 4193 (section 3). */
const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'] as const;

export const privateRangesText = '10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or fc00::/7';

/** Whether the whole prefix ("10.91.0.0/16") or the address lies in a private range. */
export function isPrivate(prefix: string): boolean {
  const { bytes, bits } = parsePrefix(prefix);
  return privateRanges.map(parsePrefix).some((range) => {
    const sameFamily = range.bytes.length === bytes.length;
    return (
      sameFamily && bits >= range.bits && firstBits(bytes, range.bits) === firstBits(range.bytes, range.bits)
    );
  });
}

function parsePrefix(prefix: string): { readonly bytes: Buffer; readonly bits: number } {
  const [address = '', length] = prefix.split('/');
  const bytes = parseIp(address);
  return { bytes, bits: length === undefined ? bytes.length * 8 : Number(length) };
}

/** At most 16 of them. */
function firstBits(bytes: Buffer, bits: number): number {
  return bytes.readUInt16BE(0) >> (16 - bits);
}
