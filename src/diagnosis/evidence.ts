/** Views of an observation that rules share. Pure; a quantity that is not known is undefined, never 0. */
import { formatEndpoint, unmapIpv4 } from '../base/ip-text.ts';
import { formatCount } from '../base/units.ts';
import type { Evidence } from '../tcp/finding.ts';
import type {
  Ends,
  Handshake,
  ListenerObservation,
  PacketSample,
  ProcessObservation,
} from '../tcp/observation.ts';
import { readingValue } from '../tcp/reading.ts';
import { acceptors } from './accept-queue/acceptors.ts';
import type { RuleView } from './rule.ts';

export function rise(ends: Ends<number>): number {
  return ends.after - ends.before;
}

export function windowMs(view: RuleView): number {
  const { observedFromMs, observedToMs } = view.observation.host;
  return Math.max(1, observedToMs - observedFromMs);
}

export function perSecond(view: RuleView, count: number): number {
  return (count * 1000) / windowMs(view);
}

/** How far a counter rose in the window; undefined when it could not be read or this kernel lacks it. */
export function counterRise(view: RuleView, name: string): number | undefined {
  const counters = readingValue(view.namespace.counters);
  const before = counters?.before[name];
  const after = counters?.after[name];
  return before === undefined || after === undefined ? undefined : after - before;
}

/** The counter's value at the end of the window, counted since the namespace was made. */
export function counterTotal(view: RuleView, name: string): number | undefined {
  return readingValue(view.namespace.counters)?.after[name];
}

export function counterEvidence(view: RuleView, name: string, note = ''): Evidence {
  const risen = counterRise(view, name);
  const text = risen === undefined ? 'not offered by this kernel' : `+${formatCount(risen)} in the window`;
  return { source: '/proc/net/netstat', name, value: risen ?? 'unknown', unit: 'events', note: note || text };
}

export function sysctl(view: RuleView, name: string): string | undefined {
  return readingValue(view.namespace.sysctls)?.[name];
}

/** A parameter of the whole kernel, which only the initial namespace shows (tcp_mem, tcp_max_orphans ...). */
export function globalSysctl(view: RuleView, name: string): string | undefined {
  const { reference } = view.observation.host;
  return sysctl(view, name) ?? (reference?.initial ? reference.sysctls[name] : undefined);
}

export function numericSysctl(view: RuleView, name: string): number | undefined {
  const value = Number(sysctl(view, name) ?? Number.NaN);
  return Number.isNaN(value) ? undefined : value;
}

/** Listening sockets that were there at the end of the window. */
export function listenersOf(view: RuleView): readonly ListenerObservation[] {
  return (readingValue(view.namespace.listeners) ?? []).filter((listener) => listener.presence.after);
}

export function listenerName(listener: Pick<ListenerObservation, 'address' | 'port'>): string {
  return formatEndpoint(listener.address, listener.port);
}

/** Connections dropped by this listener in the window (sk_drops; counts segments, not clients). */
export function dropsOf(listener: ListenerObservation): number {
  return listener.drops ? rise(listener.drops) : 0;
}

/** Why the limit of an accept queue could not be read. */
export function limitUnknown({ observation }: RuleView): string {
  const where = observation.host.asRoot
    ? 'sock_diag would, but this kernel does not offer it'
    : 'sock_diag does, as root';
  return `/proc/net/tcp shows no limit; ${where}`;
}

export function isFull(fill: { readonly length: number; readonly limit: number }): boolean {
  return fill.length > fill.limit;
}

export function processesOf(view: RuleView, pids: readonly number[]): readonly ProcessObservation[] {
  const all = readingValue(view.observation.processes) ?? [];
  return pids.flatMap((pid) => all.filter((process) => process.pid === pid));
}

/** "nginx, pid 812", "nginx, pids 812-815 (4 processes)", or "" when the owner is unknown. */
export function ownerText(view: RuleView, pids: readonly number[]): string {
  const [first] = processesOf(view, pids);
  const [pid, ...others] = pids;
  if (pid === undefined) return '';
  const name = first ? `${first.name}, ` : '';
  return others.length === 0 ? `${name}pid ${pid}` : `${name}pid ${pid} and ${others.length} more`;
}

/** "0.0.0.0:24224 (ruby, pid 812)". */
export function listenerWithOwner(view: RuleView, listener: ListenerObservation): string {
  const owner = ownerText(view, listener.pids);
  return owner === '' ? listenerName(listener) : `${listenerName(listener)} (${owner})`;
}

/** Subject fields of a listener, for `Finding.subject`; the process is the one that accepts, not its master. */
export function listenerSubject(view: RuleView, listener: ListenerObservation): Record<string, string> {
  const [owner] = acceptors(processesOf(view, listener.pids));
  const pid = owner?.pid ?? listener.pids[0];
  return {
    listener: listenerName(listener),
    ...(pid === undefined ? {} : { pid: String(pid) }),
    ...(owner === undefined ? {} : { process: owner.name }),
  };
}

/**
 * Whether the kernel gives connections to `address` (at the listener's port) to this listener: the exact address comes before the
 * wildcard of the same family, and that before an IPv6 wildcard, which takes IPv4 where IPV6_V6ONLY is off.
 */
export function serves(
  view: RuleView,
  listener: Pick<ListenerObservation, 'port' | 'address'>,
  address: string,
): boolean {
  const ranks = listenersOf(view)
    .filter((one) => one.port === listener.port)
    .map((one) => lookupRank(one.address, address));
  const rank = lookupRank(listener.address, address);
  return rank < 3 && ranks.every((other) => rank <= other);
}

function lookupRank(listening: string, address: string): number {
  const wanted = unmapIpv4(address);
  if (unmapIpv4(listening) === wanted) return 0;
  if (listening === (wanted.includes(':') ? '::' : '0.0.0.0')) return 1;
  return listening === '::' ? 2 : 3;
}

/** Handshakes seen for each one that was kept: 1 where all were. Not for a sample without any. */
export function seenPerKept({ handshakes, handshakesNotKept }: PacketSample): number {
  return (handshakes.length + handshakesNotKept) / handshakes.length;
}

/** Connection attempts the packet sample saw towards this listener (and the others of its SO_REUSEPORT group). */
export function handshakesTo(
  view: RuleView,
  listener: Pick<ListenerObservation, 'port' | 'address'>,
): readonly Handshake[] {
  const sample = readingValue(view.namespace.packets);
  if (!sample) return [];
  const served = new Map<string, boolean>();
  return sample.handshakes.filter(({ direction, server, serverPort }) => {
    if (direction === 'outgoing' || serverPort !== listener.port) return false;
    const known = served.get(server);
    if (known !== undefined) return known;
    const isServed = serves(view, listener, server);
    served.set(server, isServed);
    return isServed;
  });
}

/** Whether nothing else could have lost the packets: ids and reasons of the usual suspects below TCP that are silent. */
export function silentLowerLayers(view: RuleView): readonly { id: string; because: string }[] {
  const ruledOut: { id: string; because: string }[] = [];
  const softnet = readingValue(view.observation.softnet);
  const sum = (rows: readonly { dropped: number }[]): number =>
    rows.reduce((total, row) => total + row.dropped, 0);
  if (softnet && sum(softnet.after) === sum(softnet.before)) {
    ruledOut.push({
      id: 'softnet-drops',
      because: 'no packet was dropped between the network card and the stack',
    });
  }
  const interfaces = readingValue(view.namespace.interfaces);
  const dropped = (rows: readonly { received: { dropped: number; fifo: number } }[]): number =>
    rows.reduce((total, row) => total + row.received.dropped + row.received.fifo, 0);
  if (interfaces && dropped(interfaces.after) === dropped(interfaces.before)) {
    ruledOut.push({ id: 'nic-drops', because: 'no interface dropped a packet' });
  }
  const conntrack = readingValue(view.namespace.conntrack);
  if (conntrack && conntrack.count.after < conntrack.max * 0.9) {
    ruledOut.push({
      id: 'conntrack-full',
      because: `${formatCount(conntrack.count.after)} of ${formatCount(conntrack.max)} entries`,
    });
  }
  return ruledOut;
}
