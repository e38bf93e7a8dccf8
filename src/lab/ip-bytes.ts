/** IP addresses as bytes in network order: 4 for IPv4, 16 for IPv6. */
import { formatIpv4, formatIpv6 } from '../base/ip-text.ts';

/** "10.0.0.1" or "fd00::1"; only text the lab itself wrote, so an address that is none throws. */
export function parseIp(text: string): Buffer {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
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

function parseIpv4(text: string): Buffer {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || !parts.every((part) => part >= 0 && part <= 255))
    throw new RangeError(`not an IPv4 address: ${text}`);
  return Buffer.from(parts);
}

function parseIpv6(text: string): Buffer {
  const [before = [], after, ...more] = text.split('::').map(groupsOf);
  const zeros = after ? Array<number>(Math.max(8 - before.length - after.length, 0)).fill(0) : [];
  const groups = [...before, ...zeros, ...(after ?? [])];
  const isAddress = groups.length === 8 && groups.every((group) => group >= 0 && group <= 0xffff);
  if (!isAddress || more.length > 0) throw new RangeError(`not an IPv6 address: ${text}`);
  const bytes = Buffer.alloc(16);
  for (const [i, group] of groups.entries()) bytes.writeUInt16BE(group, 2 * i);
  return bytes;
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
