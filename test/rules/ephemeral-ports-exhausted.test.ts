import { describe, expect, it } from 'vitest';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { runDoctor } from '../staging/run-doctor.ts';
import { type Family, families, sleep, type TwoHosts, twoHosts } from './two-hosts.ts';

/** 20 local ports, one of them reserved. */
function narrow(family: Family): TwoHosts {
  const hosts = twoHosts('eph', family);
  hosts.here.setSysctl('net.ipv4.ip_local_port_range', '40000 40019');
  hosts.here.setSysctl('net.ipv4.ip_local_reserved_ports', '40007');
  return hosts;
}

const endpoint = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

describe.skipIf(process.getuid?.() !== 0)('ephemeral-ports-exhausted (needs root)', () => {
  describe.each(families)('%s', (family) => {
    it('experiment: short connections leave every local port in TIME_WAIT', async () => {
      using hosts = narrow(family);
      await hosts.there.spawn('listener', { address: hosts.any, port: 5432, backlog: 64, read: true }).ready;
      const clients = hosts.here.spawn('clients', { to: hosts.thereAddress, port: 5432, count: 30 });
      expect(await clients.done).toMatchObject({ established: 19, errors: { EADDRNOTAVAIL: 11 } });
      const run = await runDoctor(hosts.here.name, ['--for', '1s']);
      const finding = run.finding('ephemeral-ports-exhausted');
      expect(finding, run.stdout).toMatchObject({ severity: 'critical', cause: { id: 'time-wait' } });
      expect(finding?.subject).toMatchObject({
        destination: endpoint(hosts.thereAddress, 5432),
        source: hosts.hereAddress,
      });
      expect(finding?.evidence.find(({ name }) => name === 'localPorts')).toMatchObject({
        value: 19,
        note: expect.stringContaining('of 19'),
      });
      expect(run.exitCode).toBe(1);
    });

    it('experiment: open connections hold every local port', async () => {
      using hosts = narrow(family);
      await hosts.there.spawn('listener', { address: hosts.any, port: 5432, backlog: 64, read: true }).ready;
      const clients = hosts.here.spawn('clients', {
        to: hosts.thereAddress,
        port: 5432,
        count: 30,
        close: 'never',
      });
      await clients.done;
      const run = await runDoctor(hosts.here.name, ['--for', '1s']);
      const finding = run.finding('ephemeral-ports-exhausted');
      expect(finding, run.stdout).toMatchObject({ severity: 'critical', cause: { id: 'open-connections' } });
      expect(finding?.subject.pid).toBe(String(clients.pid));
    });

    it('experiment: on loopback ports are taken over after a second, and that is too slow', async () => {
      using host = LabNamespace.create('eph');
      host.setSysctl('net.ipv4.ip_local_port_range', '40000 40019');
      const to = family === 'ipv4' ? '127.0.0.1' : '::1';
      await host.spawn('listener', { address: to, port: 80, backlog: 64, read: true }).ready;
      const clients = host.spawn('clients', { to, port: 80, count: 400, ratePerSecond: 80, sendBytes: 3 });
      await sleep(1000);
      const run = await runDoctor(host.name, ['--for', '3s']);
      const finding = run.finding('ephemeral-ports-exhausted');
      expect(finding, run.stdout).toMatchObject({ severity: 'critical', cause: { id: 'reuse-too-slow' } });
      expect((await clients.done).errors.EADDRNOTAVAIL).toBeGreaterThan(100);
    });

    it('counter-experiment: two destinations share the range, and TIME_WAIT may be taken over', async () => {
      using hosts = narrow(family);
      for (const port of [5432, 5433, 5434]) {
        await hosts.there.spawn('listener', { address: hosts.any, port, backlog: 64, read: true }).ready;
      }
      for (const port of [5432, 5433]) {
        await hosts.here.spawn('clients', { to: hosts.thereAddress, port, count: 14, close: 'never' }).done;
      }
      // More attempts than ports, one after the other: a port whose connection left no TIME_WAIT behind is used again.
      const filling = { to: hosts.thereAddress, port: 5434, count: 100, ratePerSecond: 200 };
      await hosts.here.spawn('clients', filling).done;
      hosts.here.setSysctl('net.ipv4.tcp_tw_reuse', 1);
      await sleep(200);
      const run = await runDoctor(hosts.here.name, ['--for', '1s']);
      expect(run.report.namespaces[0]?.states).toMatchObject({ TIME_WAIT: 19, ESTABLISHED: 28 });
      expect(run.alarms, run.stdout).not.toContain('ephemeral-ports-exhausted');
      // That this is no accident: connect() to the third one still works.
      const again = hosts.here.spawn('clients', { to: hosts.thereAddress, port: 5434, count: 5 });
      expect(await again.done).toMatchObject({ established: 5, errors: {} });
    });
  });
});
