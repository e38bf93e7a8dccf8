import { addressBytes } from './address-bytes.ts';
import type { AddressValue } from './address-value.ts';
import { readAddress } from './read-address.ts';

/** "10.0.0.1", "fd00:0::1", "10.0.0.0/8", "fd00::/8"; undefined when it is neither address nor prefix. */
export function readAddressValue(text: string): AddressValue | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return readAddress(text);
  const bytes = addressBytes(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (bytes === undefined || !/^\d{1,3}$/.test(length)) return undefined;
  const bits = Number(length);
  return bits <= bytes.length * 8 ? { bytes, bits } : undefined;
}
