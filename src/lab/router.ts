import { connectNamespaces, type Link, type LinkAddresses, type LinkEnd } from './link.ts';
import type { LabNamespace } from './namespace.ts';

/** Client and server in networks of their own, and a router between them through which everything goes. */
export interface RoutedLink extends Link {
  readonly router: LabNamespace;
}

const near: LinkAddresses = {
  ipv4: ['10.90.1.1/24', '10.90.1.254/24'],
  ipv6: ['fd90:1::1/64', 'fd90:1::254/64'],
};
const far: LinkAddresses = {
  ipv4: ['10.90.2.2/24', '10.90.2.254/24'],
  ipv6: ['fd90:2::2/64', 'fd90:2::254/64'],
};

/** `join` makes the link between client and router, which may be a slow one; that between server and router is a veth pair. */
export async function joinThroughRouter(
  client: LabNamespace,
  router: LabNamespace,
  server: LabNamespace,
  join: (a: LabNamespace, b: LabNamespace, addresses: LinkAddresses) => Promise<Link>,
): Promise<RoutedLink> {
  const nearLink = await join(client, router, near);
  const farLink = connectNamespaces(server, router, far);
  router.setSysctl('net.ipv4.ip_forward', 1);
  router.setSysctl('net.ipv6.conf.all.forwarding', 1);
  for (const end of [nearLink.b, farLink.b]) giveLinkLocalAddress(end);
  routeEverything(nearLink.a, nearLink.b);
  routeEverything(farLink.a, farLink.b);
  return { a: nearLink.a, b: farLink.a, router };
}

/** The router of a link that has one. */
export function routerOf(link: Link): LabNamespace {
  if ('router' in link) return (link as RoutedLink).router;
  throw new RangeError('this link has no router');
}

/** For packets that it only passes on, a router asks for its IPv6 neighbours from this address (ndisc_send_ns()). */
function giveLinkLocalAddress({ namespace, device }: LinkEnd): void {
  namespace.run('ip', ['-6', 'address', 'add', 'fe80::254/64', 'dev', device, 'nodad']);
}

function routeEverything(from: LinkEnd, via: LinkEnd): void {
  for (const gateway of [via.ipv4, via.ipv6]) {
    if (gateway === null) continue;
    const family = gateway.includes(':') ? '-6' : '-4';
    from.namespace.run('ip', [family, 'route', 'add', 'default', 'via', gateway, 'dev', from.device]);
  }
}
