import { unmapIpv4 } from '../../base/ip-text.ts';
import type { Family } from '../../tcp/socket.ts';

interface Bound {
  readonly family: Family;
  readonly address: string;
  readonly port: number;
}

export function listenerKey(listener: Bound): string {
  return `${listener.family} ${listener.address} ${listener.port}`;
}

/**
 * Finds the listener a connection to `address`:`port` belongs to, as the kernel's lookup would choose: the exact address before the
 * wildcard of the same family before an IPv6 wildcard, which takes IPv4 as well unless IPV6_V6ONLY. Sockets of one SO_REUSEPORT
 * group share a key.
 */
export class ListenerMatch {
  readonly #keys = new Set<string>();
  readonly ports = new Set<number>();

  add(listener: Bound): void {
    this.#keys.add(listenerKey(listener));
    this.ports.add(listener.port);
  }

  find(family: Family, address: string, port: number): string | undefined {
    const ipv4 = unmapIpv4(address);
    const isIpv4 = family === 'ipv4' || ipv4 !== address;
    const candidates: Bound[] = isIpv4
      ? [
          { family: 'ipv4', address: ipv4, port },
          { family: 'ipv6', address: `::ffff:${ipv4}`, port },
          { family: 'ipv4', address: '0.0.0.0', port },
          { family: 'ipv6', address: '::', port },
        ]
      : [
          { family: 'ipv6', address, port },
          { family: 'ipv6', address: '::', port },
        ];
    return candidates.map(listenerKey).find((key) => this.#keys.has(key));
  }
}
