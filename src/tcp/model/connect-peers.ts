import type { Family } from '../socket.ts';
/** What a connect() can meet, and the error it gets from it. */

export const connectPeers = [
  'drop',
  'accepts',
  'closed-port',
  'icmp-port-unreachable',
  'icmp-host-unreachable',
  'icmp-net-unreachable',
  'icmp-host-prohibited',
  'icmp-net-prohibited',
  'icmp-admin-prohibited',
  'icmp-proto-unreachable',
  'own-output-drop',
  'link-goes-down',
  'route-goes-away',
  'unreachable-route',
  'prohibit-route',
  'blackhole-route',
  'no-route',
  'no-arp-answer',
] as const;
export type ConnectPeer = (typeof connectPeers)[number];

export type PeerBehaviour =
  /** Nothing comes back; `errno` is what the kernel remembers until it gives up (sk_err_soft). */
  | { readonly kind: 'silent'; readonly errno: string; readonly onTheWire: boolean }
  | { readonly kind: 'accepts' }
  | { readonly kind: 'reset'; readonly errno: string }
  | { readonly kind: 'icmp'; readonly errno: string }
  /** The route lookup fails before anything is sent. */
  | { readonly kind: 'no-way'; readonly errno: string }
  | { readonly kind: 'no-neighbour'; readonly errno: string };

/** icmp_err_convert[] (net/ipv4/icmp.c) and icmpv6_err_convert() (net/ipv6/icmp.c); the IPv6 code that reject rules send for it. */
const icmpErrno: Readonly<Record<string, Readonly<Record<Family, string>>>> = {
  'icmp-port-unreachable': { ipv4: 'ECONNREFUSED', ipv6: 'ECONNREFUSED' },
  'icmp-host-unreachable': { ipv4: 'EHOSTUNREACH', ipv6: 'EHOSTUNREACH' },
  'icmp-net-unreachable': { ipv4: 'ENETUNREACH', ipv6: 'ENETUNREACH' },
  'icmp-host-prohibited': { ipv4: 'EHOSTUNREACH', ipv6: 'EACCES' },
  'icmp-net-prohibited': { ipv4: 'ENETUNREACH', ipv6: 'EACCES' },
  'icmp-admin-prohibited': { ipv4: 'EHOSTUNREACH', ipv6: 'EACCES' },
  'icmp-proto-unreachable': { ipv4: 'ENOPROTOOPT', ipv6: 'EPROTO' },
};

const others: Readonly<Record<string, PeerBehaviour>> = {
  drop: { kind: 'silent', errno: 'ETIMEDOUT', onTheWire: true },
  accepts: { kind: 'accepts' },
  'closed-port': { kind: 'reset', errno: 'ECONNREFUSED' },
  'own-output-drop': { kind: 'silent', errno: 'ETIMEDOUT', onTheWire: false },
  // tcp_write_err(): sk_err_soft ?: ETIMEDOUT, and the failed route lookup of a resend is such a soft error.
  'link-goes-down': { kind: 'silent', errno: 'ENETUNREACH', onTheWire: false },
  'route-goes-away': { kind: 'silent', errno: 'EHOSTUNREACH', onTheWire: false },
  // fib_props[] (net/ipv4/fib_semantics.c), ip6_rt_type_to_error().
  'unreachable-route': { kind: 'no-way', errno: 'EHOSTUNREACH' },
  'prohibit-route': { kind: 'no-way', errno: 'EACCES' },
  'blackhole-route': { kind: 'no-way', errno: 'EINVAL' },
  'no-route': { kind: 'no-way', errno: 'ENETUNREACH' },
  'no-arp-answer': { kind: 'no-neighbour', errno: 'EHOSTUNREACH' },
};

export function peerBehaviour(peer: ConnectPeer, family: Family): PeerBehaviour {
  const errno = icmpErrno[peer]?.[family];
  if (errno !== undefined) return { kind: 'icmp', errno };
  return others[peer] ?? { kind: 'silent', errno: 'ETIMEDOUT', onTheWire: true };
}

const inWords: Readonly<Record<ConnectPeer, string>> = {
  drop: 'a host that never answers',
  accepts: 'a listener with room',
  'closed-port': 'a closed port',
  'icmp-port-unreachable': 'a host that rejects with ICMP port-unreachable',
  'icmp-host-unreachable': 'a router that answers ICMP host-unreachable',
  'icmp-net-unreachable': 'a router that answers ICMP net-unreachable',
  'icmp-host-prohibited': 'a firewall that rejects with ICMP host-prohibited',
  'icmp-net-prohibited': 'a firewall that rejects with ICMP net-prohibited',
  'icmp-admin-prohibited': 'a firewall that rejects with ICMP admin-prohibited',
  'icmp-proto-unreachable': 'a host that rejects with ICMP proto-unreachable',
  'own-output-drop': 'a host behind this host’s own OUTPUT rule that drops',
  'link-goes-down': 'a host whose link goes down just after the first SYN',
  'route-goes-away': 'a host whose route becomes unreachable just after the first SYN',
  'unreachable-route': 'an address with an unreachable route',
  'prohibit-route': 'an address with a prohibit route',
  'blackhole-route': 'an address with a blackhole route',
  'no-route': 'an address without a route',
  'no-arp-answer': 'a neighbour that does not answer ARP',
};

export function peerText(peer: ConnectPeer): string {
  return inWords[peer];
}
