import { describe, expect, it } from 'vitest';
import { runDoctor } from '../staging/run-doctor.ts';
import { families, filterInput, sleep, twoHosts } from './two-hosts.ts';

const probes = { idleSeconds: 1, intervalSeconds: 1, probes: 9 };

describe.skipIf(process.getuid?.() !== 0)('dead-peers (needs root)', () => {
  describe.each(families)('%s', (family) => {
    it('experiment: the other host falls silent, with data under way and with keepalive', async () => {
      using hosts = twoHosts('dp', family);
      const { here, there } = hosts;
      const server = here.spawn('listener', {
        address: hosts.any,
        port: 8080,
        backlog: 64,
        hold: true,
        keepalive: probes,
      });
      const database = there.spawn('listener', {
        address: hosts.any,
        port: 5432,
        backlog: 64,
        read: true,
        hold: true,
      });
      const [{ pid }] = await Promise.all([server.ready, database.ready]);
      await there.spawn('clients', { to: hosts.hereAddress, port: 8080, count: 6, close: 'never' }).done;
      const queries = { count: 5, sendBytes: 10, sendEveryMs: 200, holdMs: 60_000 };
      const pool = here.spawn('clients', { to: hosts.thereAddress, port: 5432, ...queries });
      await pool.ready;
      await sleep(500);
      filterInput(there, 'meta l4proto tcp drop');
      await sleep(2000);
      const run = await runDoctor(here.name, ['--for', '3s']);
      const found = run.report.findings.filter(({ id }) => id === 'dead-peers');
      const clients = found.find(({ subject }) => subject.listener === hosts.anyWithPort(8080));
      expect(clients, run.stdout).toMatchObject({
        severity: 'warning',
        cause: { id: 'keepalive-unanswered' },
      });
      expect(clients?.subject).toMatchObject({ pid: String(pid) });
      expect(clients?.title).toContain('6 connections');
      const destination = found.find(({ subject }) => subject.destination?.endsWith(':5432'));
      expect(destination, run.stdout).toMatchObject({
        severity: 'warning',
        cause: { id: 'data-unacknowledged' },
      });
      expect(destination?.subject.pid).toBe(String(pool.pid));
      // tcp_retries2=15: some 15 min in all, of which seconds have passed.
      expect(destination?.evidence.find(({ name }) => name === 'givenUp')?.note).toMatch(/in 1[5-9]\.\d min/);
      expect(run.alarms).not.toContain('retransmissions');
    });

    it('counter-experiment: peers that answer keepalive, do not read, or reject the data for its timestamp', async () => {
      using hosts = twoHosts('dpc', family);
      const { here, there } = hosts;
      const alive = { address: hosts.any, port: 8080, backlog: 64, hold: true, keepalive: probes };
      const unread = { address: hosts.any, port: 8081, backlog: 64, hold: true, replyBytes: 20_000_000 };
      await Promise.all([here.spawn('listener', alive).ready, here.spawn('listener', unread).ready]);
      const database = there.spawn('listener', { address: hosts.any, port: 5432, backlog: 64, read: true });
      await database.ready;
      for (const port of [8080, 8081]) {
        await there.spawn('clients', { to: hosts.hereAddress, port, count: 6, close: 'never' }).done;
      }
      const rejected = { count: 5, sendBytes: 10, holdMs: 60_000, oldTimestampMs: 100_000 };
      await here.spawn('clients', { to: hosts.thereAddress, port: 5432, ...rejected }).ready;
      await sleep(2500);
      const run = await runDoctor(here.name, ['--for', '3s']);
      expect(run.report.namespaces[0]?.states.ESTABLISHED).toBe(17);
      const found = run.report.findings.filter(({ id }) => id === 'dead-peers');
      expect(
        found.filter(({ cause }) => cause.id !== 'peer-does-not-read'),
        run.stdout,
      ).toEqual([]);
      expect(run.alarms).not.toContain('dead-peers');
    });
  });
});
