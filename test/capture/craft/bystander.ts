import type { CraftedPacket } from './crafted-packet.ts';

/** A UDP datagram of nobody in particular: the capture runs at least until then. */
export function bystander(atMs: number): CraftedPacket {
  return {
    atMs,
    from: null,
    source: '10.0.9.1',
    destination: '10.0.9.2',
    ttl: 64,
    ipId: 1,
    transport: { kind: 'udp', sourcePort: 40_999, destinationPort: 40_998, payload: new Uint8Array(8) },
  };
}
