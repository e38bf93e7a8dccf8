import { formatEndpoint, isWildcard, unmapIpv4 } from '../../base/ip-text.ts';
import type { ListenerObservation, SocketCensus } from '../../tcp/observation.ts';
import { readingValue } from '../../tcp/reading.ts';
import type { TcpSocket } from '../../tcp/socket.ts';
import { listenerName, listenersOf } from '../evidence.ts';
import type { RuleView } from '../rule.ts';
import { localPortRange } from './local-port-range.ts';

/** Whose connection it is: accepted by a listener, accepted on a port where nobody listens any more, or opened from here. */
export type SocketSide =
  | {
      readonly kind: 'listener';
      readonly name: string;
      readonly port: number;
      readonly listener: ListenerObservation;
    }
  | { readonly kind: 'port'; readonly name: string; readonly port: number }
  | { readonly kind: 'outgoing'; readonly name: string };

/**
 * An outgoing connection has a local port of net.ipv4.ip_local_port_range, unless the program bound one itself or the range was another
 * one then; a port outside of it without a listener therefore belonged to a server, unless its neighbours say otherwise.
 */
export function socketSide(view: RuleView, socket: TcpSocket): SocketSide {
  const listener = listenerOf(view, socket);
  if (listener) return { kind: 'listener', name: listenerName(listener), port: listener.port, listener };
  const { from, to } = localPortRange(view);
  if ((socket.localPort < from || socket.localPort > to) && !sharesItsDestination(view, socket)) {
    return { kind: 'port', name: `port ${socket.localPort}`, port: socket.localPort };
  }
  return { kind: 'outgoing', name: remoteEndpoint(socket) };
}

/** Many local ports towards one remote port are a client's; many remote ports towards one local port a server's. */
function sharesItsDestination(view: RuleView, socket: TcpSocket): boolean {
  const census = readingValue(view.namespace.sockets)?.after;
  if (!census) return false;
  const known = neighbours.get(census) ?? countNeighbours(census);
  neighbours.set(census, known);
  const sameRemote = known.localPorts.get(remoteEndpoint(socket))?.size ?? 0;
  return sameRemote > Math.max(1, known.onLocalPort.get(socket.localPort) ?? 0);
}

interface Neighbours {
  /** Local ports by remote endpoint. */
  readonly localPorts: ReadonlyMap<string, ReadonlySet<number>>;
  readonly onLocalPort: ReadonlyMap<number, number>;
}

/** Asked for each socket, and the same for all of them. */
const neighbours = new WeakMap<SocketCensus, Neighbours>();

function countNeighbours(census: SocketCensus): Neighbours {
  const localPorts = new Map<string, Set<number>>();
  const onLocalPort = new Map<number, number>();
  for (const socket of Object.values(census.groups).flatMap(({ kept }) => kept)) {
    const remote = remoteEndpoint(socket);
    localPorts.set(remote, (localPorts.get(remote) ?? new Set()).add(socket.localPort));
    onLocalPort.set(socket.localPort, (onLocalPort.get(socket.localPort) ?? 0) + 1);
  }
  return { localPorts, onLocalPort };
}

export function remoteEndpoint(socket: TcpSocket): string {
  return formatEndpoint(unmapIpv4(socket.remoteAddress), socket.remotePort);
}

/** The kernel's lookup prefers the exact address, then a wildcard of the same family, then a dual-stack one. */
function listenerOf(view: RuleView, socket: TcpSocket): ListenerObservation | undefined {
  const local = unmapIpv4(socket.localAddress);
  const onPort = listenersOf(view).filter((listener) => listener.port === socket.localPort);
  const isIpv4 = !local.includes(':');
  return (
    onPort.find((listener) => unmapIpv4(listener.address) === local) ??
    onPort.find((listener) => isWildcard(listener.address) && (listener.family === 'ipv4') === isIpv4) ??
    onPort.find((listener) => listener.address === '::')
  );
}
