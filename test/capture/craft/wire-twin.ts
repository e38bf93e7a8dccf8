import { craftCase } from './craft-case.ts';
import type { CraftedCase, CraftedWire } from './crafted-case.ts';

/** The same packets in other frames, or in another form of file; `suffix` tells them apart by name. */
export function wireTwin(of: CraftedCase, suffix: string, wire: Partial<CraftedWire>): CraftedCase {
  return craftCase({
    name: `${of.name}-${suffix}`,
    what: of.what,
    packets: of.packets,
    wire: { ...of.wire, ...wire },
    connections: of.expected.connections,
    totals: of.expected.totals,
    skipped: of.expected.skipped,
  });
}
