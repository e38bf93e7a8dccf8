import { describe, expect, it } from 'vitest';
import { nft } from '../../src/lab/firewall.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { runDoctor } from '../staging/run-doctor.ts';
import { families, filterInput, sleep, twoHosts } from './two-hosts.ts';

const PORT = 80;

describe.skipIf(process.getuid?.() !== 0)('connect-timeouts (needs root)', () => {
  describe.each(families)('%s', (family) => {
    it('experiment: three connections to a port behind a DROP rule', async () => {
      using hosts = twoHosts('timeout', family);
      filterInput(hosts.there, `tcp dport ${PORT} drop`);
      const clients = hosts.here.spawn('clients', {
        to: hosts.thereAddress,
        port: PORT,
        count: 3,
        close: 'never',
      });
      await clients.ready;
      const run = await runDoctor(hosts.here.name, ['--for', '3s']);
      const finding = run.finding('connect-timeouts');
      expect(finding).toMatchObject({ severity: 'warning', cause: { id: 'no-answer' } });
      const destination =
        family === 'ipv4' ? `${hosts.thereAddress}:${PORT}` : `[${hosts.thereAddress}]:${PORT}`;
      expect(finding?.subject).toMatchObject({ destination, pid: String(clients.pid) });
      expect(finding?.title).toMatch(
        /^3 connection attempts .* no answer: the oldest has tried for \d\.\d s/,
      );
      expect(run.finding('connect-refused')).toBeUndefined();
    });

    it('experiment: the destination is a listener of this host whose accept queue is full', async () => {
      using namespace = LabNamespace.create('timeout');
      const address = family === 'ipv4' ? '127.0.0.1' : '::1';
      await namespace.spawn('listener', { address, port: PORT, backlog: 4, mode: 'never-accept' }).ready;
      await namespace.spawn('clients', { to: address, port: PORT, count: 10, close: 'never' }).ready;
      const run = await runDoctor(namespace.name, ['--for', '2s']);
      expect(run.finding('connect-timeouts')).toMatchObject({
        cause: { id: 'accept-queue-full' },
        confidence: 'certain',
      });
      expect(run.alarms).toContain('accept-queue-overflow');
    });

    it('counter-experiment: the first SYN of each is lost, the second is answered', async () => {
      using hosts = twoHosts('timeout', family);
      await hosts.there.spawn('listener', { address: hosts.any, port: PORT, backlog: 64, read: true }).ready;
      filterInput(hosts.there, `tcp dport ${PORT} drop`);
      const clients = hosts.here.spawn('clients', {
        to: hosts.thereAddress,
        port: PORT,
        count: 10,
        holdMs: 5000,
      });
      await clients.ready;
      const doctor = runDoctor(hosts.here.name, ['--for', '2s']);
      await sleep(400);
      nft(hosts.there, 'flush ruleset');
      const run = await doctor;
      expect(run.alarms).not.toContain('connect-timeouts');
      expect(run.report.namespaces[0]?.states.ESTABLISHED).toBe(10);
    });
  });
});
