import { formatEndpoint, unmapIpv4 } from '../../../base/ip-text.ts';
import type { Finding } from '../../../tcp/finding.ts';
import type { ListenerObservation, NamespaceObservation, Observation } from '../../../tcp/observation.ts';
import { readingValue } from '../../../tcp/reading.ts';
import type { IncidentPeer } from '../../../tcp/recording/incident-detail.ts';
import type { TraceEventKind } from '../../../tcp/trace-event.ts';
import type { TimedEvent } from '../sampling/host-watch.ts';

const MOST_PEERS = 20;

/** How bad a moment was, among moments of the same finding: connections dropped by its listener, else the first number of its evidence. */
export function magnitudeOf(finding: Finding, observation: Observation): number {
  const [namespace] = observation.namespaces;
  const listeners = namespace ? listenersOf(finding, namespace) : [];
  if (listeners.length > 0)
    return listeners.reduce((sum, { drops, queue }) => sum + dropped(drops) * 1000 + (queue?.peak ?? 0), 0);
  const number = finding.evidence.find(({ value }) => typeof value === 'number')?.value;
  return typeof number === 'number' ? number : 0;
}

function dropped(drops: ListenerObservation['drops']): number {
  return drops === undefined ? 0 : drops.after - drops.before;
}

function listenersOf({ subject }: Finding, namespace: NamespaceObservation): readonly ListenerObservation[] {
  const wanted = subject.listener;
  if (wanted === undefined) return [];
  return (readingValue(namespace.listeners) ?? []).filter(
    ({ address, port }) => formatEndpoint(address, port) === wanted,
  );
}

/** Who was affected, most first: clients of the listener by their SYNs, those who wait in its queue. */
export function peersOf(finding: Finding, observation: Observation): readonly IncidentPeer[] {
  const [namespace] = observation.namespaces;
  if (namespace === undefined) return [];
  const listeners = listenersOf(finding, namespace);
  const ports = new Set(listeners.map(({ port }) => port));
  const counts = new Map<string, number>();
  const add = (address: string, count: number, what: string): void => {
    const key = `${what} ${unmapIpv4(address)}`;
    counts.set(key, (counts.get(key) ?? 0) + count);
  };
  const outgoing = finding.subject.direction === 'outgoing';
  for (const one of readingValue(namespace.packets)?.handshakes ?? []) {
    if (ports.has(one.serverPort) && one.direction !== 'outgoing') add(one.client, one.synCount, 'SYNs');
    else if (outgoing && one.direction === 'outgoing') add(one.server, one.synCount, 'SYNs sent to it');
  }
  for (const { waiting } of listeners) {
    const { peers } = waiting.after.count >= waiting.before.count ? waiting.after : waiting.before;
    for (const { address, count } of peers) add(address, count, 'waiting to be accepted');
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, MOST_PEERS)
    .map(([key, count]) => {
      const at = key.lastIndexOf(' ');
      return { address: key.slice(at + 1), count, what: key.slice(0, at) };
    });
}

/** Tracepoints by kind, of the finding's port where it has one: they do not tell namespaces apart. */
export function traceCounts(
  finding: Finding,
  events: readonly TimedEvent[],
): Readonly<Partial<Record<TraceEventKind, number>>> {
  const port = /:(\d+)$/.exec(finding.subject.listener ?? '')?.[1];
  const counts: Partial<Record<TraceEventKind, number>> = {};
  for (const { event } of events) {
    if (port !== undefined && event.local !== undefined && event.local.port !== Number(port)) continue;
    counts[event.kind] = (counts[event.kind] ?? 0) + 1;
  }
  return counts;
}
