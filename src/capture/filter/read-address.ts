import { formatIpv4, formatIpv6, unmapIpv4 } from '../../base/ip-text.ts';
import { addressBytes } from './address-bytes.ts';

/**
 * An address in any spelling as records have it: "fd00:0::1" is "fd00::1", and "::ffff:10.0.0.1", as programs with
 * dual-stack sockets write it, is 10.0.0.1 (RFC 4291, 2.5.5.2). Undefined when it is no address.
 */
export function readAddress(text: string): string | undefined {
  const bytes = addressBytes(text);
  if (bytes === undefined) return undefined;
  return bytes.length === 4 ? formatIpv4(bytes) : unmapIpv4(formatIpv6(bytes));
}
