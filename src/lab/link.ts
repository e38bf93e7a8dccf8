import { hostOf } from './ip-bytes.ts';
import type { LabNamespace } from './namespace.ts';

/** One end of a link: a device in a namespace, with the addresses it has there (null: none of that family). */
export interface LinkEnd {
  readonly namespace: LabNamespace;
  readonly device: string;
  /** Empty for a tun device: its packets start at the IP header. */
  readonly mac: string;
  readonly ipv4: string | null;
  readonly ipv6: string | null;
}

export interface Link {
  readonly a: LinkEnd;
  readonly b: LinkEnd;
}

/** Addresses with prefix lengths, a's end first. */
export interface LinkAddresses {
  readonly ipv4?: readonly [string, string];
  readonly ipv6?: readonly [string, string];
}

export const usualAddresses: LinkAddresses = {
  ipv4: ['10.90.0.1/16', '10.90.0.2/16'],
  ipv6: ['fd90::1/64', 'fd90::2/64'],
};

let linked = 0;

/**
 * Joins two namespaces by a veth pair which is up when this returns. A veth pair has no delay: the answer to a segment
 * is processed inside the call that sent it. IPv6 addresses are usable at once (nodad), and there are no link-local ones,
 * so that nothing but the test's own traffic and address resolution is on the link.
 */
export function connectNamespaces(a: LabNamespace, b: LabNamespace, addresses = usualAddresses): Link {
  const devices = newDeviceNames();
  const pair = ['type', 'veth', 'peer', 'name', devices[1], 'netns', b.name];
  a.run('ip', ['link', 'add', devices[0], ...pair]);
  const ends = { a: bringUp(a, devices[0], addresses, 0), b: bringUp(b, devices[1], addresses, 1) };
  for (const end of [ends.a, ends.b]) waitUntilItSends(end);
  return ends;
}

const sendsWithinMs = 2000;

/**
 * Until the kernel has noticed the carrier (linkwatch_run_queue(), a work item of its own), a device that is up drops what it should
 * send; a lost neighbour solicitation would cost the first connection a second.
 */
function waitUntilItSends({ namespace, device }: LinkEnd): void {
  const giveUpAtMs = performance.now() + sendsWithinMs;
  while (showLink(namespace, device).operstate !== 'UP' && performance.now() < giveUpAtMs) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
}

/** Of a's end and of b's, unused so far by this process. */
export function newDeviceNames(): readonly [string, string] {
  linked++;
  return [`hop${linked}a`, `hop${linked}b`];
}

/** Gives one end of a link its addresses and sets it up. */
export function bringUp(
  namespace: LabNamespace,
  device: string,
  addresses: LinkAddresses,
  side: 0 | 1,
): LinkEnd {
  const ipv4 = addresses.ipv4?.[side];
  const ipv6 = addresses.ipv6?.[side];
  ipBatch(namespace, [
    `link set dev ${device} addrgenmode none`,
    ...(ipv4 ? [`address add ${ipv4} dev ${device}`] : []),
    ...(ipv6 ? [`address add ${ipv6} dev ${device} nodad`] : []),
    `link set dev ${device} up`,
  ]);
  const mac = showLink(namespace, device).address;
  return { namespace, device, mac, ipv4: bare(ipv4), ipv6: bare(ipv6) };
}

/**
 * Gives `here` addresses of its own for `count` senders, from a prefix outside the link's ("10.92.0.0/16",
 * "fd92::/64"), and makes `there` route the prefix back. A route, because each on-link address would take an entry
 * of the neighbour table, which all namespaces share (gc_thresh3, 1024 by default). Returns the addresses.
 */
export function addAddresses(here: LinkEnd, there: LinkEnd, prefix: string, count: number): string[] {
  const addresses = Array.from({ length: count }, (_, n) => hostOf(prefix, n));
  const isIpv6 = prefix.includes(':');
  const commands = addresses.map((address) =>
    isIpv6
      ? `address add ${address}/128 dev ${here.device} nodad`
      : `address add ${address}/32 dev ${here.device}`,
  );
  ipBatch(here.namespace, commands);
  routeBack(here, there, prefix);
  return addresses;
}

/**
 * Makes `prefix` an address range where nobody answers: `there` routes it to `here`, and `here` drops it without a word.
 * For forged sources: an answer (RST, or the ICMP of an unreachable route) would end the half-open connections.
 */
export function swallowReplies(here: LinkEnd, there: LinkEnd, prefix: string): void {
  // Blackhole discards silently; a missing route would make IPv6 answer "no route" (ip6_pkt_discard).
  here.namespace.run('ip', [...familyOf(prefix), 'route', 'replace', 'blackhole', prefix]);
  routeBack(here, there, prefix);
}

function routeBack(here: LinkEnd, there: LinkEnd, prefix: string): void {
  const gateway = prefix.includes(':') ? here.ipv6 : here.ipv4;
  if (gateway === null) throw new RangeError(`${here.device} has no address to route ${prefix} to`);
  const route = ['route', 'replace', prefix, 'via', gateway, 'dev', there.device];
  there.namespace.run('ip', [...familyOf(prefix), ...route]);
}

function familyOf(prefix: string): string[] {
  return prefix.includes(':') ? ['-6'] : ['-4'];
}

/** One process for hundreds of commands: about 20 us each instead of 2 ms. */
function ipBatch(namespace: LabNamespace, commands: readonly string[]): void {
  namespace.run('ip', ['-batch', '-'], `${commands.join('\n')}\n`);
}

interface ShownLink {
  /** Empty for a tun device. */
  readonly address: string;
  readonly operstate: string;
}

function showLink(namespace: LabNamespace, device: string): ShownLink {
  const links = JSON.parse(
    namespace.run('ip', ['-json', 'link', 'show', 'dev', device]),
  ) as Partial<ShownLink>[];
  return { address: links[0]?.address ?? '', operstate: links[0]?.operstate ?? '' };
}

function bare(address: string | undefined): string | null {
  return address?.split('/')[0] ?? null;
}
