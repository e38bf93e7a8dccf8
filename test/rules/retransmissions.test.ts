import { describe, expect, it } from 'vitest';
import { runDoctor } from '../staging/run-doctor.ts';
import { families, filterInput, sleep, twoHosts } from './two-hosts.ts';

const PORT = 8080;
const download = { sendBytes: 10, receiveUntilClose: true } as const;

describe.skipIf(process.getuid?.() !== 0)('retransmissions (needs root)', () => {
  describe.each(families)('%s', (family) => {
    it('experiment: 8 of 100 segments are lost on the way to the clients', async () => {
      using hosts = twoHosts('rtx', family);
      const server = { address: hosts.any, port: PORT, backlog: 64, read: true, replyBytes: 3_000_000 };
      await hosts.here.spawn('listener', server).ready;
      filterInput(hosts.there, `tcp sport ${PORT} numgen random mod 100 < 8 drop`);
      const clients = { to: hosts.hereAddress, port: PORT, count: 60, ratePerSecond: 12, ...download };
      await hosts.there.spawn('clients', clients).ready;
      await sleep(300);
      const run = await runDoctor(hosts.here.name, ['--for', '3s']);
      const finding = run.finding('retransmissions');
      expect(finding, run.stdout).toMatchObject({ cause: { id: 'packet-loss' } });
      // Random loss of 8 % may come out as 10 %, which is critical.
      expect(['warning', 'critical']).toContain(finding?.severity);
      const share = Number(finding?.evidence.find(({ name }) => name === 'resentShare')?.value);
      expect(share).toBeGreaterThan(0.04);
      expect(share).toBeLessThan(0.16);
      expect(run.exitCode).toBe(1);
    });

    it('counter-experiment: the same downloads without loss, while connects elsewhere repeat their SYN', async () => {
      using hosts = twoHosts('rtc', family);
      const server = { address: hosts.any, port: PORT, backlog: 64, read: true, replyBytes: 100_000 };
      await hosts.here.spawn('listener', server).ready;
      filterInput(hosts.there, 'tcp dport 9 drop');
      const clients = { to: hosts.hereAddress, port: PORT, count: 60, ratePerSecond: 12, ...download };
      await hosts.there.spawn('clients', clients).ready;
      await hosts.here.spawn('clients', { to: hosts.thereAddress, port: 9, count: 20 }).ready;
      await sleep(300);
      const run = await runDoctor(hosts.here.name, ['--for', '3s']);
      const counters = run.report.namespaces[0]?.counters['Tcp.RetransSegs'];
      expect((counters?.after ?? 0) - (counters?.before ?? 0)).toBeGreaterThanOrEqual(40);
      expect(run.alarms, run.stdout).not.toContain('retransmissions');
    });
  });
});
