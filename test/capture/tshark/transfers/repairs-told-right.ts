import type { Comparison } from '../compare-captures.ts';
import type { ComparedCount } from '../tshark-counts.ts';
import { countsOfPacket } from '../tshark-tally.ts';
import type { CapturedSegment } from './simulate-transfer.ts';

/** Segments that were sent again, and of how many each says why. */
export interface RepairsToldRight {
  readonly repairs: number;
  readonly ours: number;
  readonly tshark: number;
}

/**
 * Spurious ones are right either way: whether the bytes had been acknowledged says nothing of why they were sent. What fills a hole at the
 * end of everything captured is new to the capture, and left out.
 */
export function repairsToldRight(
  truth: readonly CapturedSegment[],
  { engine, tsharkPackets }: Comparison,
): RepairsToldRight {
  let [repairs, ours, tshark] = [0, 0, 0];
  for (const packet of tsharkPackets) {
    const { sentFor, isDuplicate } = truth[packet.number - 1] ?? {};
    if (isDuplicate || (sentFor !== 'timeout' && sentFor !== 'fast')) continue;
    const theirs = countsOfPacket(packet);
    const own = engine.packets[packet.number - 1]?.counted ?? [];
    if (theirs.length === 0 && own.length === 0) continue;
    const right: readonly ComparedCount[] = [`${sentFor}Retransmissions`, 'spuriousRetransmissions'];
    repairs++;
    if (own.some((name) => right.includes(name))) ours++;
    if (theirs.some((name) => right.includes(name))) tshark++;
  }
  return { repairs, ours, tshark };
}
