import { describe, expect, it } from 'vitest';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { runDoctor } from '../staging/run-doctor.ts';
import { families, twoHosts } from './two-hosts.ts';

const PORT = 8081;
const knocking = { count: 1, repeatEveryMs: 150, repeats: 60 } as const;

describe.skipIf(process.getuid?.() !== 0)('connect-refused (needs root)', () => {
  describe.each(families)('%s', (family) => {
    it('experiment: a client knocks at a port where nothing listens; seen from both ends', async () => {
      using hosts = twoHosts('refused', family);
      hosts.there.spawn('clients', { to: hosts.hereAddress, port: PORT, ...knocking });
      const [asked, asking] = await Promise.all([
        runDoctor(hosts.here.name, ['--for', '3s']),
        runDoctor(hosts.there.name, ['--for', '3s']),
      ]);
      const destination =
        family === 'ipv4' ? `${hosts.hereAddress}:${PORT}` : `[${hosts.hereAddress}]:${PORT}`;
      const incoming = asked.finding('connect-refused');
      expect(incoming).toMatchObject({ severity: 'warning', cause: { id: 'nothing-listens' } });
      expect(incoming?.subject).toMatchObject({
        destination,
        direction: 'incoming',
        client: hosts.thereAddress,
      });
      const outgoing = asking.finding('connect-refused');
      expect(outgoing).toMatchObject({ cause: { id: 'refused-by-peer' }, confidence: 'certain' });
      expect(['critical', 'warning']).toContain(outgoing?.severity);
      expect(outgoing?.subject).toMatchObject({ destination, direction: 'outgoing' });
    });

    it('experiment: the program listens on one address, and is asked at another', async () => {
      using namespace = LabNamespace.create('refused');
      const [bound, asked] = family === 'ipv4' ? ['127.0.0.1', '127.0.0.2'] : ['fd95::1', '::1'];
      if (family === 'ipv6') namespace.run('ip', ['address', 'add', `${bound}/128`, 'dev', 'lo', 'nodad']);
      await namespace.spawn('listener', { address: bound, port: PORT, backlog: 16 }).ready;
      namespace.spawn('clients', { to: asked, port: PORT, ...knocking });
      const run = await runDoctor(namespace.name, ['--for', '2s']);
      expect(run.finding('connect-refused')).toMatchObject({ cause: { id: 'bound-elsewhere' } });
      expect(run.alarms).toContain('connect-refused');
    });

    it('counter-experiment: clients that are accepted, and end with a reset', async () => {
      using hosts = twoHosts('refused', family);
      await hosts.here.spawn('listener', { address: hosts.any, port: PORT, backlog: 64, read: true }).ready;
      hosts.there.spawn('clients', {
        to: hosts.hereAddress,
        port: PORT,
        ...knocking,
        sendBytes: 200,
        holdMs: 20,
        close: 'rst',
      });
      const run = await runDoctor(hosts.here.name, ['--for', '2s', '--capture', 'always']);
      expect(run.finding('connect-refused')).toBeUndefined();
      const { 'Tcp.PassiveOpens': opened } = run.report.namespaces[0]?.counters ?? {};
      expect((opened?.after ?? 0) - (opened?.before ?? 0)).toBeGreaterThan(5);
    });
  });
});
