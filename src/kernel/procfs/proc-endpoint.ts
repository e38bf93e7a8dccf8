import { formatIpv4, formatIpv6 } from '../../base/ip-text.ts';

/** "0100007F:1F90": eight digits for IPv4, 32 for IPv6; a colon; four digits of port. */
const shape = /^(?:[0-9A-F]{8}|[0-9A-F]{32}):[0-9A-F]{4}$/i;

/**
 * An endpoint of /proc/net/{tcp,tcp6,udp...}: each 32-bit word of the address is printed in host order, the port in plain
 * hexadecimal. Undefined for anything else.
 */
export function parseProcEndpoint(text: string): { address: string; port: number } | undefined {
  if (!shape.test(text)) return undefined;
  const digits = text.length - 5;
  const words = new Uint32Array(digits / 8);
  for (let word = 0; word < words.length; word++) {
    words[word] = Number.parseInt(text.slice(word * 8, word * 8 + 8), 16);
  }
  const bytes = new Uint8Array(words.buffer);
  const address = digits === 8 ? formatIpv4(bytes) : formatIpv6(bytes);
  return { address, port: Number.parseInt(text.slice(digits + 1), 16) };
}
