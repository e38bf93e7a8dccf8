import { formatEndpoint, isLoopback, unmapIpv4 } from '../../base/ip-text.ts';
import type { Handshake, ListenerObservation } from '../../tcp/observation.ts';
import { readingValue } from '../../tcp/reading.ts';
import { serves } from '../evidence.ts';
import type { RuleView } from '../rule.ts';

/** Attempts to one address and port that were answered with RST or ICMP instead of a SYN-ACK. */
export interface RefusedConnects {
  /** Towards this namespace, from it, or within it. */
  readonly direction: Handshake['direction'];
  readonly address: string;
  readonly port: number;
  /** "10.0.0.2:81". */
  readonly destination: string;
  readonly refused: readonly Handshake[];
  /**
   * Attempts to the same destination without any answer, where others are refused by ICMP: icmp_ratelimit lets one message a second
   * through, so that the silence means the same. Each of their SYNs is a try that was not let through.
   */
  readonly silent: number;
  /** Attempts to the same destination that got a SYN-ACK. */
  readonly answered: number;
  /** How long the refusals lasted, when they were one stretch and attempts after it were answered: a restart. */
  readonly recoveredAfterMs: number | undefined;
  /** Attempts to the same port that got one at an address of the other family: clients try both, and fall back. */
  readonly answeredOtherFamily: number;
  readonly clients: readonly { readonly address: string; readonly count: number }[];
  /** The ICMP message, when one said no. */
  readonly unreachable: Handshake['unreachable'];
  /** A listening socket that takes connections to this very destination, or did at the start of the window. */
  readonly listener: ListenerObservation | undefined;
  /** One on the same port that is bound to another address. */
  readonly elsewhere: ListenerObservation | undefined;
}

export function isRefused({ synAckCount, resetBy, unreachable }: Handshake): boolean {
  return synAckCount === 0 && (resetBy === 'server' || unreachable !== undefined);
}

/** Most attempts first. */
export function refusedConnects(view: RuleView): readonly RefusedConnects[] {
  const handshakes = readingValue(view.namespace.packets)?.handshakes ?? [];
  const groups = new Map<string, Handshake[]>();
  for (const one of handshakes) {
    if (!isRefused(one)) continue;
    const key = `${one.direction} ${formatEndpoint(one.server, one.serverPort)}`;
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return [...groups.values()]
    .map((refused) => describe(view, refused, handshakes))
    .sort((a, b) => b.refused.length - a.refused.length);
}

function describe(view: RuleView, refused: readonly Handshake[], all: readonly Handshake[]): RefusedConnects {
  const { direction = 'outgoing', server: address = '', serverPort: port = 0 } = refused[0] ?? {};
  const answered = all.filter(
    (one) => one.serverPort === port && one.direction === direction && one.synAckCount > 0,
  );
  const here =
    direction === 'outgoing'
      ? []
      : (readingValue(view.namespace.listeners) ?? []).filter((one) => one.port === port);
  const counts = new Map<string, number>();
  for (const { client } of refused) counts.set(unmapIpv4(client), (counts.get(unmapIpv4(client)) ?? 0) + 1);
  const takes = here.filter((one) => serves(view, one, address));
  const answeredHere = answered.filter((one) => one.server === address);
  const unreachable = refused.find((one) => one.unreachable)?.unreachable;
  const same = all.filter(
    (one) => one.server === address && one.serverPort === port && one.direction === direction,
  );
  return {
    direction,
    address,
    port,
    destination: formatEndpoint(address, port),
    refused,
    answered: answeredHere.length,
    recoveredAfterMs: recoveredAfterMs(refused, answeredHere),
    answeredOtherFamily: answered.filter(
      (one) => one.server.includes(':') !== address.includes(':') && sameReach(one.server, address),
    ).length,
    clients: [...counts]
      .map(([client, count]) => ({ address: client, count }))
      .sort((a, b) => b.count - a.count),
    silent: unreachable ? synsOf(same.filter((one) => one.synAckCount === 0 && !isRefused(one))) : 0,
    unreachable,
    listener: takes.find((one) => one.presence.after) ?? takes[0],
    elsewhere: here.find((one) => !takes.includes(one)),
  };
}

function synsOf(handshakes: readonly Handshake[]): number {
  return handshakes.reduce((sum, { synCount }) => sum + synCount, 0);
}

/** A crash loop, a dead backend among others and a rule that limits rates have answers between the refusals. */
function recoveredAfterMs(refused: readonly Handshake[], answered: readonly Handshake[]): number | undefined {
  const firstMs = refused.reduce((first, { atMs }) => Math.min(first, atMs), Number.POSITIVE_INFINITY);
  const lastMs = refused.reduce((last, { atMs }) => Math.max(last, atMs), 0);
  const between = answered.some(({ atMs }) => atMs >= firstMs && atMs <= lastMs);
  return !between && answered.some(({ atMs }) => atMs > lastMs) ? lastMs - firstMs : undefined;
}

function sameReach(a: string, b: string): boolean {
  return isLoopback(a) === isLoopback(b);
}

/** Clients that knock at many closed ports, a few times each: scanners, whom nothing here has to serve. */
export function scanners(all: readonly RefusedConnects[]): ReadonlyMap<string, number> {
  const ports = new Map<string, Set<number>>();
  for (const { direction, clients, port } of all) {
    if (direction !== 'incoming') continue;
    for (const { address, count } of clients) {
      if (count <= 2) ports.set(address, (ports.get(address) ?? new Set()).add(port));
    }
  }
  return new Map(
    [...ports].filter(([, asked]) => asked.size >= 5).map(([client, asked]) => [client, asked.size]),
  );
}
