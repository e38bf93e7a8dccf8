/** IP addresses as bytes in network order: 4 for IPv4, 16 for IPv6. */
import { formatIpv4, formatIpv6 } from '../base/ip-text.ts';
import { parseIpv4, parseIpv6 } from '../base/parse-ip.ts';

/** "10.0.0.1" or "fd00::1"; only text the lab itself wrote, so an address that is none throws. */
export function parseIp(text: string): Buffer {
  const bytes = text.includes(':') ? parseIpv6(text) : parseIpv4(text);
  if (bytes === undefined) throw new RangeError(`not an IP address: ${text}`);
  return Buffer.from(bytes);
}

/**
 * The n-th host of a prefix, n from 0: hostOf("10.91.0.0/16", 0) is 10.91.0.1. Throws when the prefix has no such host;
 * the last address is left out too, as it is the broadcast address in IPv4.
 */
export function hostOf(prefix: string, n: number): string {
  const [network = '', length = ''] = prefix.split('/');
  const bytes = parseIp(network);
  const hostBits = bytes.length * 8 - Number(length);
  if (!(hostBits >= 2) || (hostBits < 40 && n + 1 >= 2 ** hostBits - 1)) {
    throw new RangeError(`${prefix} has no host number ${n}`);
  }
  let carry = n + 1;
  for (let i = bytes.length - 1; i >= 0 && carry > 0; i--) {
    carry += bytes[i] ?? 0;
    bytes[i] = carry & 0xff;
    carry = Math.floor(carry / 256);
  }
  return bytes.length === 4 ? formatIpv4(bytes) : formatIpv6(bytes);
}
