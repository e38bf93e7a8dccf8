/** Finding IP addresses in any text: alone, with a port, in brackets, in a log line. */
import { formatIpv4, formatIpv6 } from '../base/ip-text.ts';

/** The canonical text of every address in `text`, in order. */
export function addressesIn(text: string): string[] {
  const found: string[] = [];
  replaceAddresses(text, (address) => {
    found.push(address);
    return address;
  });
  return found;
}

const hexRuns = /(?<!\w)[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?!\w)/g;
const dottedQuads = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\d)/g;

/**
 * `text` with every address replaced; `replacement` receives it in canonical form (RFC 5952). Also finds
 * "10.0.0.1:80", "[::1]:80", "10.0.0.1.80" (tcpdump's way) and the address of "::ffff:10.0.0.1:80".
 */
export function replaceAddresses(text: string, replacement: (address: string) => string): string {
  if (!/[\d:]/.test(text)) return text;
  // The pieces between IPv6 addresses may still hold IPv4; what was replaced must not be looked at twice.
  let result = '';
  let from = 0;
  for (const run of text.matchAll(hexRuns)) {
    const found = ipv6AtStartOf(run[0]);
    if (found === undefined) continue;
    result += replaceIpv4(text.slice(from, run.index), replacement) + replacement(found.canonical);
    from = run.index + found.length;
  }
  return result + replaceIpv4(text.slice(from), replacement);
}

function replaceIpv4(text: string, replacement: (address: string) => string): string {
  return text.replace(dottedQuads, (quad) => {
    const bytes = parseIpv4(quad);
    return bytes === undefined ? quad : replacement(formatIpv4(bytes));
  });
}

/** The longest address that a run of hex digits, colons and dots begins with; what follows is punctuation or a port. */
function ipv6AtStartOf(run: string): { canonical: string; length: number } | undefined {
  for (let length = Math.min(run.length, longestIpv6Text); length >= 2; length--) {
    const bytes = parseIpv6(run.slice(0, length));
    if (bytes !== undefined) return { canonical: formatIpv6(bytes), length };
  }
  return undefined;
}

/** INET6_ADDRSTRLEN less its terminating zero. */
const longestIpv6Text = 45;

/** Four decimal octets; undefined when it is not an address. */
export function parseIpv4(text: string): Uint8Array | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const octets = text.split('.').map(Number);
  return octets.every((octet) => octet <= 255) ? Uint8Array.from(octets) : undefined;
}

/** RFC 4291, 2.2, without zone: eight groups, one "::", an IPv4 tail. Undefined when it is not an address. */
export function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groupBytes(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? groupBytes(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  return Uint8Array.from([...head, ...new Array<number>(missing).fill(0), ...tail]);
}

function groupBytes(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    const ipv4 = mayEndInIpv4 && index === groups.length - 1 ? parseIpv4(group) : undefined;
    if (ipv4 !== undefined) bytes.push(...ipv4);
    else if (/^[0-9A-Fa-f]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else return undefined;
  }
  return bytes;
}
