import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CaptureTotals } from '../../../src/tcp/capture.ts';
import { allCases } from '../craft/all-cases.ts';
import type { CraftedCase } from '../craft/crafted-case.ts';
import { sumTotals } from '../craft/sum-totals.ts';
import { bundleCases, canBeBundled } from './case-bundle.ts';
import { deliberateDifferences } from './deliberate-differences.ts';
import { differenceRow } from './difference-row.ts';
import { runTsharkOn } from './run-tshark-on.ts';
import { type ComparedCount, comparedCounts, type TsharkCounts } from './tshark-counts.ts';
import { TsharkTally } from './tshark-tally.ts';

/** tshark's counts of each case. */
const tallies = new Map<string, TsharkTally>(allCases.map((one) => [one.name, new TsharkTally()]));

beforeAll(async () => {
  const bundled = allCases.filter(canBeBundled);
  const bundle = bundleCases(bundled);
  await runTsharkOn(bundle.pcap, (packet) => {
    tallies.get(bundle.caseOf(packet.source)?.name ?? '')?.add(packet);
  });
  for (const one of allCases.filter((each) => !bundled.includes(each))) {
    await runTsharkOn(one.pcap, (packet) => tallies.get(one.name)?.add(packet));
  }
}, 120_000);

describe('crafted captures and tshark', () => {
  it.each(allCases)('agree on $name but for the differences that are listed', (one) => {
    expect(differencesOf(one.expected.totals, tsharkCounts(one))).toEqual(listedFor(one));
  });

  it.each(allCases.filter((one) => Object.keys(listedFor(one)).length === 0))(
    'agree on each connection of $name',
    (one) => {
      const { connections } = one.expected;
      const streams = [...(tallies.get(one.name)?.streams.values() ?? [])];
      expect(streams).toHaveLength(connections.length);
      for (const [at, connection] of connections.entries()) {
        const stream = streams[at];
        if (stream !== undefined) expect(differencesOf(sumTotals([connection]), stream)).toEqual({});
      }
    },
  );

  it('have a line in docs/capture-differences.md for each difference, and no other', () => {
    const page = readFileSync(new URL('../../../docs/capture-differences.md', import.meta.url), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| `') && line.split(' | ').length === 4);
    expect(rows).toEqual(deliberateDifferences.map(differenceRow));
  });

  it('differ only in cases that exist', () => {
    const names = allCases.map((one) => one.name);
    expect(new Set(names).size).toBe(names.length);
    for (const { of } of deliberateDifferences) expect(names).toContain(of);
  });
});

type Differences = Partial<Record<ComparedCount, { readonly tshark: number; readonly ours: number }>>;

function differencesOf(truth: Partial<CaptureTotals>, tshark: TsharkCounts): Differences {
  const differing = comparedCounts.flatMap((name) => {
    const ours = truth[name];
    return ours === undefined || ours === tshark[name]
      ? []
      : [[name, { tshark: tshark[name], ours }] as const];
  });
  return Object.fromEntries(differing);
}

function tsharkCounts(one: CraftedCase): TsharkCounts {
  return (tallies.get(one.name) ?? new TsharkTally()).inAll();
}

function listedFor(one: CraftedCase): Differences {
  const name = one.name.replace(/-(ipv6|wrapped)$/, '');
  return deliberateDifferences.find((difference) => difference.of === name)?.counts ?? {};
}
