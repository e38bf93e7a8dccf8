import type { NamespaceObservation, Observation, SocketCensus, SocketGroupName } from '../tcp/observation.ts';
import { mapReading } from '../tcp/reading.ts';

/** The same observation, restricted to listeners and connections of these ports (local or remote). Counters stay: the kernel keeps none per port. */
export function onlyPorts(observation: Observation, ports: readonly number[]): Observation {
  return {
    ...observation,
    namespaces: observation.namespaces.map((namespace) => restrict(namespace, new Set(ports))),
  };
}

function restrict(namespace: NamespaceObservation, ports: ReadonlySet<number>): NamespaceObservation {
  return {
    ...namespace,
    listeners: mapReading(namespace.listeners, (all) => all.filter((listener) => ports.has(listener.port))),
    sockets: mapReading(namespace.sockets, (ends) => ({
      before: restrictCensus(ends.before, ports),
      after: restrictCensus(ends.after, ports),
    })),
    packets: mapReading(namespace.packets, (sample) => ({
      ...sample,
      handshakes: sample.handshakes.filter((one) => ports.has(one.serverPort) || ports.has(one.clientPort)),
    })),
  };
}

function restrictCensus(census: SocketCensus, ports: ReadonlySet<number>): SocketCensus {
  const groups = Object.entries(census.groups).map(([name, group]) => {
    const kept = group.kept.filter((socket) => ports.has(socket.localPort) || ports.has(socket.remotePort));
    // Beyond what was kept nothing is known of the ports; the share among the kept stands for the rest.
    const share = group.kept.length === 0 ? 0 : kept.length / group.kept.length;
    return [name as SocketGroupName, { total: Math.round(group.total * share), kept }] as const;
  });
  return {
    ...census,
    groups: Object.fromEntries(groups) as unknown as SocketCensus['groups'],
    established: census.established.filter((summary) => ports.has(summary.port)),
    destinations: census.destinations.filter((use) => ports.has(use.remotePort)),
  };
}
