import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/app/diagnose-host.ts';
import { runLab } from '../../../src/app/lab/run-lab.ts';
import type { Scenario } from '../../../src/lab/scenario.ts';
import { acceptQueueOverflow } from '../../../src/lab/scenarios/accept-queue-overflow.ts';
import { keepaliveAlive } from '../../../src/lab/scenarios/keepalive-alive.ts';
import { pawsRejections } from '../../../src/lab/scenarios/paws-rejections.ts';
import { retransmissions } from '../../../src/lab/scenarios/retransmissions.ts';
import { retransmitDeath } from '../../../src/lab/scenarios/retransmit-death.ts';
import { slowSynAckLoss } from '../../../src/lab/scenarios/slow-syn-ack-loss.ts';
import { readSettings } from '../../../src/tcp/setting.ts';
import type { Family } from '../../../src/tcp/socket.ts';
import { type Comparison, compareCaptures } from './compare-captures.ts';
import { expectSameButForPackets, unexplained } from './expect-agreement.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'halfopen-lab-capture-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Plays a scenario and compares tshark with the engine on the packets that its client's end saw. */
async function playAndCompare(
  scenario: Scenario,
  family: Family,
  set: readonly string[] = [],
): Promise<Comparison> {
  const keepCapture = path.join(folder, `${scenario.name}-${family}.pcap`);
  const values = readSettings(scenario.settings, set, `scenario ${scenario.name}`);
  const [run] = await runLab([{ scenario, values, family }], {
    tool: { name: 'halfopen', version: 'test' },
    clock: systemClock,
    seed: 1,
    jobs: 1,
    stop: new AbortController().signal,
    onProgress: () => {},
    keepCapture,
  });
  expect(run?.incompleteBecause).toEqual([]);
  return compareCaptures(readFileSync(keepCapture));
}

function expectOnlyKnownDifferences(comparison: Comparison): void {
  expectSameButForPackets(comparison);
  expect(unexplained(comparison.differences)).toEqual([]);
}

describe.skipIf(process.getuid?.() !== 0)('captures of the lab (root: makes network namespaces)', () => {
  describe.each(['ipv4', 'ipv6'] as const)('over %s', (family) => {
    it('SYNs and SYN-ACKs that are lost', async () => {
      const comparison = await playAndCompare(slowSynAckLoss, family);
      expectOnlyKnownDifferences(comparison);
      const { synRetransmissions, synAckRetransmissions } = comparison.engine.totals;
      expect(synRetransmissions + synAckRetransmissions).toBeGreaterThan(0);
    });

    it('an accept queue that overflows', async () => {
      const comparison = await playAndCompare(acceptQueueOverflow, family);
      expectOnlyKnownDifferences(comparison);
      expect(comparison.engine.totals.synRetransmissions).toBeGreaterThan(0);
    });

    it('keepalive probes and their answers', async () => {
      const comparison = await playAndCompare(keepaliveAlive, family);
      expectOnlyKnownDifferences(comparison);
      expect(comparison.engine.totals.keepaliveProbes).toBeGreaterThan(0);
    });

    it('data that nobody acknowledges', async () => {
      const comparison = await playAndCompare(retransmitDeath, family);
      expectOnlyKnownDifferences(comparison);
      expect(comparison.engine.totals.timeoutRetransmissions).toBeGreaterThan(0);
    });

    it('segments that are rejected for their timestamps', async () => {
      const comparison = await playAndCompare(pawsRejections, family);
      expectOnlyKnownDifferences(comparison);
      const { retransmissions: sentAgain, fastRetransmissions } = comparison.engine.totals;
      expect(sentAgain).toBeGreaterThan(0);
      // Their answers are no duplicate ACKs that a repair could follow: only a timer sends again.
      expect(fastRetransmissions).toBe(0);
    });

    it('downloads that lose packets: what was lost before the capture is no reordering', async () => {
      const comparison = await playAndCompare(retransmissions, family, [
        'connections=40',
        'ratePerSecond=20',
      ]);
      expectOnlyKnownDifferences(comparison);
      const { retransmissions: sentAgain, outOfOrder } = comparison.engine.totals;
      expect(sentAgain).toBeGreaterThan(50);
      // The link keeps the order; a segment that follows a retransmission of what was sent before it looks overtaken.
      expect(outOfOrder).toBeLessThan(sentAgain / 20);
    });
  });
});
