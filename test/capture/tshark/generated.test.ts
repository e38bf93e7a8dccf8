import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type CaptureWish, generateCapture } from '../../../src/measure/capture/generate-capture.ts';
import { type Comparison, compareCaptures } from './compare-captures.ts';
import { expectSameButForPackets, unexplained } from './expect-agreement.ts';
import { packetRules, ruleOf } from './packet-rules.ts';
import { repairsToldRight } from './transfers/repairs-told-right.ts';
import { type TransferCapture, transferCapture } from './transfers/transfer-capture.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'halfopen-generated-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('generated captures', () => {
  it.each([
    { seed: 1, family: 'ipv4', packets: 21_000, connections: 3000, synRetransmissions: 0.05 },
    { seed: 2, family: 'ipv6', packets: 21_000, connections: 3000, synRetransmissions: 0.3 },
    { seed: 3, family: 'mixed', packets: 40_000, connections: 1000, synRetransmissions: 0.1 },
  ] as const)(
    '$packets packets over $family are counted as tshark counts them, and as they were made',
    async (wish) => {
      const { file, truth } = generated(wish);
      const comparison = await compareCaptures(file);
      expectSameButForPackets(comparison);
      expect(comparison.differences).toEqual([]);
      const { connections, syn, synRetransmissions, synAck, resets } = truth;
      expect(comparison.engine.totals).toMatchObject({
        connections,
        syn,
        synRetransmissions,
        synAck,
        resets,
      });
    },
  );
});

function generated(wish: CaptureWish) {
  const name = path.join(folder, 'generated.pcap');
  const fd = openSync(name, 'w');
  try {
    return { truth: generateCapture(fd, wish), file: readFileSync(name) };
  } finally {
    closeSync(fd);
  }
}

const transfers = [
  { seed: 1, family: 'ipv4' },
  { seed: 2, family: 'ipv6' },
  { seed: 3, family: 'mixed' },
] as const;
const TRANSFERS = 300;
/**
 * Of the packets that differ. A capture does not tell everything: an ACK may pass it before the bytes it asks for, or be heard by the sender
 * before what came first.
 */
const MOST_UNEXPLAINED = 0.01;

/** Each is played and compared once. */
const compared = new Map<string, Promise<readonly [TransferCapture, Comparison]>>();
function compare({ seed, family }: (typeof transfers)[number]) {
  const known = compared.get(family);
  if (known !== undefined) return known;
  const capture = transferCapture(seed, TRANSFERS, family);
  const comparing = compareCaptures(capture.file).then((comparison) => [capture, comparison] as const);
  compared.set(family, comparing);
  return comparing;
}

describe('transfers over paths that lose, reorder and duplicate', () => {
  it.each(transfers)(
    'over $family are counted as tshark counts them but for packets that differ',
    async (which) => {
      const [, comparison] = await compare(which);
      expectSameButForPackets(comparison);
    },
  );

  it.each(transfers)('over $family differ only as docs/capture-differences.md says', async (which) => {
    const [, { differences }] = await compare(which);
    const left = unexplained(differences);
    expect(left.length / differences.length, left.join('\n')).toBeLessThan(MOST_UNEXPLAINED);
  });

  it('show each of these differences', async () => {
    const all = await Promise.all(transfers.map(compare));
    const shown = new Set(all.flatMap(([, { differences }]) => differences.map((one) => ruleOf(one)?.name)));
    expect(packetRules.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
  });

  it.each(transfers)(
    'over $family: what was sent again, and why, is told better than tshark tells it',
    async (which) => {
      const [{ truth }, comparison] = await compare(which);
      const { repairs, ours, tshark } = repairsToldRight(truth, comparison);
      expect(repairs).toBeGreaterThan(400);
      expect(ours / repairs).toBeGreaterThan(0.9);
      expect(ours).toBeGreaterThan(tshark);
    },
  );
});

describe('docs/capture-differences.md', () => {
  it('has a line for each difference between packets, and no other', () => {
    const page = readFileSync(new URL('../../../docs/capture-differences.md', import.meta.url), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| `') && line.split(' | ').length === 5);
    expect(rows).toEqual(
      packetRules.map(
        ({ name, tshark, ours, why }) => `| \`${name}\` | packet | ${tshark} | ${ours} | ${why} |`,
      ),
    );
  });
});
