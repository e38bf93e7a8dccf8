import type { CaptureReport, CaptureTotals } from '../../../src/tcp/capture.ts';
import type { CraftedCase, CraftedWire } from './crafted-case.ts';
import type { CraftedPacket } from './crafted-packet.ts';
import type { ExpectedConnection } from './expected-connection.ts';
import { linkFrameBytes } from './link-frame-bytes.ts';
import { pcapBytes } from './pcap-bytes.ts';
import { sumTotals } from './sum-totals.ts';

interface CaseText {
  readonly name: string;
  readonly what: string;
  readonly packets: readonly CraftedPacket[];
  readonly wire?: Partial<CraftedWire>;
  readonly connections: readonly ExpectedConnection[];
  /** Totals that do not follow from the connections. */
  readonly totals?: Partial<CaptureTotals>;
  /** undefined: not asserted. */
  readonly skipped?: Partial<CaptureReport['skipped']>;
}

/** A case from its packets, in the order they are given. */
export function craftCase(text: CaseText): CraftedCase {
  const wire: CraftedWire = { link: 'ethernet', padded: false, ...text.wire };
  const frames = text.packets.map((packet) => ({
    atMs: packet.atMs,
    ...linkFrameBytes(packet, wire.link, wire.padded),
  }));
  return {
    name: text.name,
    what: text.what,
    packets: text.packets,
    wire,
    pcap: pcapBytes(frames[0]?.linkType ?? 1, frames, wire),
    expected: {
      connections: text.connections,
      totals: { ...sumTotals(text.connections), ...text.totals },
      skipped: asserted({ fragments: 0, malformed: 0, cut: 0, ...notTcpOf(text.packets), ...text.skipped }),
    },
  };
}

/** An ICMP error about a connection belongs to it, so whether it counts as skipped is not asserted. */
function notTcpOf(packets: readonly CraftedPacket[]): Partial<CaptureReport['skipped']> {
  const kinds = packets.map((packet) => packet.transport.kind);
  return kinds.includes('unreachable') ? {} : { notTcp: kinds.filter((kind) => kind === 'udp').length };
}

function asserted<T extends object>(facts: T): T {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as T;
}
