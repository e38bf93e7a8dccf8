import { craftCase } from './craft-case.ts';
import type { CraftedCase } from './crafted-case.ts';
import type { CraftedPacket } from './crafted-packet.ts';
import type { ExpectedConnection } from './expected-connection.ts';

/** The same case between IPv6 addresses. */
export function ipv6Twin(of: CraftedCase): CraftedCase {
  return craftCase({
    name: `${of.name}-ipv6`,
    what: `Over IPv6: ${of.what}`,
    packets: of.packets.map(packetTwin),
    wire: of.wire,
    connections: of.expected.connections.map(connectionTwin),
    totals: of.expected.totals,
    skipped: of.expected.skipped,
  });
}

function packetTwin(packet: CraftedPacket): CraftedPacket {
  const { transport } = packet;
  return {
    ...packet,
    source: addressTwin(packet.source),
    destination: addressTwin(packet.destination),
    transport:
      transport.kind === 'unreachable' ? { ...transport, about: packetTwin(transport.about) } : transport,
  };
}

function connectionTwin(connection: ExpectedConnection): ExpectedConnection {
  const { client, server } = connection;
  return {
    ...connection,
    family: 'ipv6',
    ...(client === undefined ? {} : { client: addressTwin(client) }),
    ...(server === undefined ? {} : { server: addressTwin(server) }),
  };
}

/** 10.0.0.1 becomes 2001:db8::10:0:0:1. */
function addressTwin(ipv4: string): string {
  return `2001:db8::${ipv4.replaceAll('.', ':')}`;
}
