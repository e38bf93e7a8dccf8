/** Finding IP addresses in any text: alone, with a port, in brackets, in a log line. */
import { formatIpv4, formatIpv6 } from '../base/ip-text.ts';
import { parseIpv4, parseIpv6 } from '../base/parse-ip.ts';

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
