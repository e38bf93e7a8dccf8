/** Stand-ins for IP addresses: the same address always gets the same one, and its kind stays visible. */
import { formatIpv6, isLoopback, isWildcard, unmapIpv4 } from '../base/ip-text.ts';
import { parseIpv4, parseIpv6 } from '../base/parse-ip.ts';

/** A range to number stand-ins in: address `first + n`, n = 0, 1, 2 ... */
interface Range {
  readonly first: number;
  readonly size: number;
}

const ipv4 = (a: number, b: number, c: number, d: number): number =>
  a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;

/** Private prefixes keep theirs (RFC 1918, 3927, 6598), so that "an internal client" is still seen to be one. */
const keptPrefixes: readonly { readonly of: Range; readonly standIns: Range }[] = [
  {
    of: { first: ipv4(10, 0, 0, 0), size: 2 ** 24 },
    standIns: { first: ipv4(10, 0, 0, 1), size: 2 ** 24 - 2 },
  },
  {
    of: { first: ipv4(172, 16, 0, 0), size: 2 ** 20 },
    standIns: { first: ipv4(172, 16, 0, 1), size: 2 ** 20 - 2 },
  },
  {
    of: { first: ipv4(192, 168, 0, 0), size: 2 ** 16 },
    standIns: { first: ipv4(192, 168, 0, 1), size: 2 ** 16 - 2 },
  },
  {
    of: { first: ipv4(169, 254, 0, 0), size: 2 ** 16 },
    standIns: { first: ipv4(169, 254, 0, 1), size: 2 ** 16 - 2 },
  },
  {
    of: { first: ipv4(100, 64, 0, 0), size: 2 ** 22 },
    standIns: { first: ipv4(100, 64, 0, 1), size: 2 ** 22 - 2 },
  },
];

/** Documentation (RFC 5737), then benchmarking (RFC 2544), then, for a flood of spoofed sources, reserved space (RFC 1112). */
const publicStandIns: readonly Range[] = [
  { first: ipv4(198, 51, 100, 1), size: 254 },
  { first: ipv4(203, 0, 113, 1), size: 254 },
  { first: ipv4(198, 18, 0, 0), size: 2 ** 17 },
  { first: ipv4(240, 0, 0, 0), size: 2 ** 27 },
];

/**
 * `originals`: every address (canonical text) of what is to be hidden; none of them is ever handed out as a stand-in.
 * The returned function maps one canonical address; loopback, wildcard, multicast and broadcast stay as they are,
 * "::ffff:a.b.c.d" follows a.b.c.d.
 */
export function addressPseudonyms(originals: Iterable<string>): (address: string) => string {
  const taken = new Set<string>();
  for (const address of originals) taken.add(unmapIpv4(address));
  const given = new Map<string, string>();
  const used = new Map<string, number>();

  function next(counter: string, nth: (n: number) => string): string {
    let n = used.get(counter) ?? 0;
    while (taken.has(nth(n))) n++;
    used.set(counter, n + 1);
    return nth(n);
  }
  function standIn(address: string): string {
    const bytes = parseIpv4(address);
    if (bytes === undefined) {
      const prefix = ipv6Prefix(address);
      return next(prefix, (n) => formatIpv6(ipv6From(prefix, n + 1)));
    }
    const value = ipv4(bytes[0] ?? 0, bytes[1] ?? 0, bytes[2] ?? 0, bytes[3] ?? 0);
    const kept = keptPrefixes.find(({ of }) => value >= of.first && value < of.first + of.size);
    const ranges = kept === undefined ? publicStandIns : [kept.standIns];
    return next(kept === undefined ? 'public' : String(kept.of.first), (n) => nthOf(ranges, n));
  }

  return function pseudonymOf(address: string): string {
    if (staysAsItIs(address)) return address;
    const unmapped = unmapIpv4(address);
    if (unmapped !== address) return `::ffff:${pseudonymOf(unmapped)}`;
    const known = given.get(address);
    if (known !== undefined) return known;
    const fresh = standIn(address);
    given.set(address, fresh);
    return fresh;
  };
}

function staysAsItIs(address: string): boolean {
  if (isLoopback(address) || isWildcard(address)) return true;
  const first = Number.parseInt(address, 10);
  if (!address.includes(':'))
    return first === 0 || (first >= 224 && first < 240) || address === '255.255.255.255';
  return /^ff/i.test(address);
}

function nthOf(ranges: readonly Range[], nth: number): string {
  let n = nth;
  for (const range of ranges) {
    if (n < range.size) return dotted(range.first + n);
    n -= range.size;
  }
  // More distinct addresses than the range has: they share the last one.
  return dotted((ranges.at(-1)?.first ?? 0) + (ranges.at(-1)?.size ?? 1) - 1);
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** Link-local and unique local addresses keep their kind; all others become documentation addresses (RFC 3849). */
function ipv6Prefix(address: string): string {
  const first = parseIpv6(address)?.[0] ?? 0;
  const second = parseIpv6(address)?.[1] ?? 0;
  if (first === 0xfe && (second & 0xc0) === 0x80) return 'fe80';
  if ((first & 0xfe) === 0xfc) return 'fd00';
  return '2001db8';
}

function ipv6From(prefix: string, n: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const hex = prefix === '2001db8' ? '20010db8' : prefix;
  for (let i = 0; i < hex.length / 2; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  for (let i = 0; i < 4; i++) bytes[15 - i] = Math.floor(n / 2 ** (8 * i)) % 256;
  return bytes;
}
