import { parseIpv4, parseIpv6 } from '../../base/parse-ip.ts';
import type { AddressPrefix, AddressValue } from './address-value.ts';

/** Whether an address, written as records have it, is one of `values` or within one. */
export function addressSet(values: readonly AddressValue[]): (address: string) => boolean {
  const exact = new Set(values.filter((value) => typeof value === 'string'));
  const prefixes = values.filter((value) => typeof value !== 'string');
  if (prefixes.length === 0) return (address) => exact.has(address);
  const ipv4 = new Uint8Array(4);
  const ipv6 = new Uint8Array(16);
  return (address) => {
    if (exact.has(address)) return true;
    const bytes = address.includes(':') ? parseIpv6(address, ipv6) : parseIpv4(address, ipv4);
    return bytes !== undefined && prefixes.some((prefix) => covers(prefix, bytes));
  };
}

/** Bits of a prefix beyond its length are not looked at: 10.1.2.3/8 is 10.0.0.0/8. */
function covers({ bytes, bits }: AddressPrefix, address: Uint8Array): boolean {
  if (address.length !== bytes.length) return false;
  const wholeBytes = bits >> 3;
  for (let i = 0; i < wholeBytes; i++) if (address[i] !== bytes[i]) return false;
  // With no bits beyond whole bytes the shift leaves nothing.
  return ((address[wholeBytes] ?? 0) ^ (bytes[wholeBytes] ?? 0)) >> (8 - (bits & 7)) === 0;
}
