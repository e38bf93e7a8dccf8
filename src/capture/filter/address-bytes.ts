import { parseIpv4, parseIpv6 } from '../../base/parse-ip.ts';

/** 4 bytes or 16; undefined when it is no address. */
export function addressBytes(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}
