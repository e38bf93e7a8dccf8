import { expect } from 'vitest';
import type { Comparison, PacketDifference } from './compare-captures.ts';
import { ruleOf } from './packet-rules.ts';
import { recordCounts } from './record-counts.ts';
import { comparedCounts, type TsharkCounts } from './tshark-counts.ts';

/**
 * tshark and the engine divide the packets into the same connections; what each connection's record counts, and the totals, is what tshark
 * counts, but for the packets that are counted differently.
 */
export function expectSameButForPackets({ engine, tshark, misplaced, differences }: Comparison): void {
  expect(misplaced).toEqual([]);
  expect(engine.totals).toMatchObject(changed(tshark.inAll(), differences));
  expect(engine.connections).toHaveLength(tshark.streams.size);
  for (const record of engine.connections) {
    const theirs = tshark.streams.get(record.number);
    const own = differences.filter(({ stream }) => stream === record.number);
    if (theirs !== undefined) {
      expect({ stream: record.number, ...recordCounts(record) }).toEqual({
        stream: record.number,
        ...changed(theirs, own),
      });
    }
  }
}

/** Those that no rule explains, as text. */
export function unexplained(differences: readonly PacketDifference[]): readonly string[] {
  return differences
    .filter((difference) => ruleOf(difference) === undefined)
    .map(
      ({ number, stream, tshark, ours, facts }) =>
        `packet ${number} of stream ${stream}: tshark ${tshark.join(', ') || 'nothing'}, ours ${ours.join(', ') || 'nothing'} ${JSON.stringify(facts)}`,
    );
}

function changed(counts: TsharkCounts, differences: readonly PacketDifference[]): TsharkCounts {
  const sums = { ...counts };
  for (const { tshark, ours } of differences) {
    for (const name of tshark) sums[name]--;
    for (const name of ours) sums[name]++;
  }
  return Object.fromEntries(comparedCounts.map((name) => [name, sums[name]])) as TsharkCounts;
}
