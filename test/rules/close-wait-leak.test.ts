import { describe, expect, it } from 'vitest';
import { runDoctor } from '../staging/run-doctor.ts';
import { families, sleep, twoHosts } from './two-hosts.ts';

describe.skipIf(process.getuid?.() !== 0)('close-wait-leak (needs root)', () => {
  describe.each(families)('%s', (family) => {
    it('experiment: a server that never closes, and a client with a stale pool', async () => {
      using hosts = twoHosts('cwl', family);
      const { here, there } = hosts;
      const server = here.spawn('listener', {
        address: hosts.any,
        port: 8080,
        backlog: 64,
        read: true,
        hold: true,
      });
      const database = there.spawn('listener', {
        address: hosts.any,
        port: 5432,
        backlog: 64,
        closeAfterMs: 100,
      });
      const [{ pid }] = await Promise.all([server.ready, database.ready]);
      const pool = here.spawn('clients', { to: hosts.thereAddress, port: 5432, count: 5, close: 'never' });
      await there.spawn('clients', { to: hosts.hereAddress, port: 8080, count: 7, sendBytes: 10, holdMs: 50 })
        .done;
      await pool.done;
      await sleep(200);
      const run = await runDoctor(here.name, ['--for', '3s']);
      const found = run.report.findings.filter(({ id }) => id === 'close-wait-leak');
      const leak = found.find(({ subject }) => subject.listener === hosts.anyWithPort(8080));
      expect(leak, run.stdout).toMatchObject({ severity: 'warning', cause: { id: 'never-closed' } });
      expect(leak?.subject).toMatchObject({ pid: String(pid), process: 'node' });
      expect(leak?.title).toContain('keeps 7 connections');
      const stale = found.find(({ subject }) => subject.destination?.endsWith(':5432'));
      expect(stale).toMatchObject({ severity: 'warning', cause: { id: 'stale-pool' } });
      expect(stale?.subject.pid).toBe(String(pool.pid));
      expect(run.exitCode).toBe(1);
    });

    it('counter-experiment: half-closed clients that are still being served, and a full accept queue', async () => {
      using hosts = twoHosts('cwc', family);
      const { here, there } = hosts;
      const busy = { address: hosts.any, port: 8080, backlog: 64, hold: true, replyBytes: 30_000_000 };
      const stuck = { address: hosts.any, port: 8081, backlog: 64, mode: 'never-accept' } as const;
      await Promise.all([here.spawn('listener', busy).ready, here.spawn('listener', stuck).ready]);
      // They have said all they had to say (FIN) and take the answer slowly: data waits on sockets in CLOSE_WAIT.
      await there.spawn('clients', { to: hosts.hereAddress, port: 8080, count: 7, close: 'shutdown-write' })
        .done;
      // These gave up before anybody accepted them: CLOSE_WAIT too, but nobody's descriptor.
      await there.spawn('clients', { to: hosts.hereAddress, port: 8081, count: 7, holdMs: 50 }).done;
      await sleep(200);
      const run = await runDoctor(here.name, ['--for', '3s']);
      expect(run.report.namespaces[0]?.states.CLOSE_WAIT).toBe(14);
      expect(run.finding('close-wait-leak'), run.stdout).toBeUndefined();
    });
  });
});
