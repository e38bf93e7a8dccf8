import { describe, expect, it } from 'vitest';
import { swallowReplies } from '../../src/lab/link.ts';
import { runDoctor } from '../staging/run-doctor.ts';
import { type Family, families, filterInput, sleep, type TwoHosts, twoHosts } from './two-hosts.ts';

const PORT = 80;
const forgedPrefix = { ipv4: '10.91.0.0/16', ipv6: 'fd91::/64' } as const;

/** SYNs from addresses where nobody answers, at a steady rate for longer than any window here. */
async function flood(hosts: TwoHosts, family: Family, ratePerSecond: number): Promise<void> {
  const { here, there, link, hereAddress } = hosts;
  const sourcePrefix = forgedPrefix[family];
  swallowReplies(link.a, link.b, sourcePrefix);
  await here.spawn('listener', { address: hosts.any, port: PORT, backlog: 64, read: true }).ready;
  const frames = { device: link.a.device, sourceMac: link.a.mac, destinationMac: link.b.mac };
  const count = ratePerSecond * 20;
  await there.spawn('spoof', { ...frames, to: hereAddress, port: PORT, sourcePrefix, count, ratePerSecond })
    .ready;
}

describe.skipIf(process.getuid?.() !== 0)('syn-flood (needs root)', () => {
  describe.each(families)('%s', (family) => {
    it('experiment: 200 forged SYNs a second, real clients among them, are answered with cookies', async () => {
      using hosts = twoHosts('flood', family);
      await flood(hosts, family, 200);
      const real = { count: 20, repeatEveryMs: 1000, ratePerSecond: 20, sendBytes: 100 };
      hosts.there.spawn('clients', { to: hosts.hereAddress, port: PORT, ...real });
      const run = await runDoctor(hosts.here.name, ['--for', '2s']);
      const finding = run.finding('syn-flood');
      expect(finding).toMatchObject({ severity: 'warning', cause: { id: 'forged-or-distributed' } });
      expect(finding?.subject.listener).toBe(hosts.anyWithPort(PORT));
      expect(finding?.title).toMatch(/SYN cookies keep it reachable/);
      expect(run.finding('syn-queue-overflow')).toBeUndefined();
    });

    it('experiment: the same without cookies locks real clients out', async () => {
      using hosts = twoHosts('flood', family);
      hosts.here.setSysctl('net.ipv4.tcp_syncookies', 0);
      await flood(hosts, family, 200);
      const run = await runDoctor(hosts.here.name, ['--for', '2s']);
      expect(run.finding('syn-flood')).toMatchObject({ severity: 'critical', confidence: 'certain' });
      expect(run.finding('syn-queue-overflow')).toBeUndefined();
    });

    it('experiment: 15 a second do not fill the queue, and pile up all the same', async () => {
      using hosts = twoHosts('flood', family);
      await flood(hosts, family, 15);
      const run = await runDoctor(hosts.here.name, ['--for', '3s']);
      expect(run.finding('syn-flood')).toMatchObject({ severity: 'warning' });
      const { counters } = run.report.namespaces[0] ?? {};
      expect(counters?.['TcpExt.SyncookiesSent']?.after).toBe(0);
    });

    it('counter-experiment: 200 real clients a second, and 20 of one address whose last ACK is lost', async () => {
      using hosts = twoHosts('flood', family);
      await hosts.here.spawn('listener', { address: hosts.any, port: PORT, backlog: 64, read: true }).ready;
      await hosts.here.spawn('listener', { address: hosts.any, port: 81, backlog: 64, read: true }).ready;
      filterInput(hosts.here, 'tcp dport 81 tcp flags & (syn | ack) == ack drop');
      hosts.there.spawn('clients', { to: hosts.hereAddress, port: 81, count: 20, close: 'never' });
      const real = { count: 200, repeatEveryMs: 1000, ratePerSecond: 200, sendBytes: 100 };
      hosts.there.spawn('clients', { to: hosts.hereAddress, port: PORT, ...real });
      await sleep(500);
      const run = await runDoctor(hosts.here.name, ['--for', '2s']);
      expect(run.alarms).not.toContain('syn-flood');
      expect(run.finding('syn-flood')?.cause.id).toBe('lost-replies');
      expect(run.report.namespaces[0]?.listeners.find(({ port }) => port === 81)?.synRecv).toBe(20);
    });
  });
});
