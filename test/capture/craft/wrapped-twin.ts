import { craftCase } from './craft-case.ts';
import type { CraftedCase } from './crafted-case.ts';
import type { CraftedPacket } from './crafted-packet.ts';

/** Initial sequence numbers so that both streams cross 2^32 within their first payload. */
const isns = { client: 2 ** 32 - 41, server: 2 ** 32 - 61 } as const;

/** The same case, the sequence numbers of each side shifted so that they cross 2^32. For cases of one connection. */
export function wrappedTwin(of: CraftedCase): CraftedCase {
  return craftCase({
    name: `${of.name}-wrapped`,
    what: `Across 2^32: ${of.what}`,
    packets: of.packets.map(packetTwin),
    wire: of.wire,
    connections: of.expected.connections,
    totals: of.expected.totals,
    skipped: of.expected.skipped,
  });
}

/** From the initial sequence numbers that conversations have unless told otherwise. */
const shifts = { client: isns.client - 1_000_000_000, server: isns.server - 2_000_000_000 } as const;

function packetTwin(packet: CraftedPacket): CraftedPacket {
  const { from, transport } = packet;
  if (from === null || transport.kind !== 'tcp') return packet;
  const other = from === 'client' ? 'server' : 'client';
  const hasAck = (transport.flags & 16) !== 0;
  return {
    ...packet,
    transport: {
      ...transport,
      sequence: (transport.sequence + shifts[from]) % 2 ** 32,
      acknowledgement: hasAck ? (transport.acknowledgement + shifts[other]) % 2 ** 32 : 0,
    },
  };
}
