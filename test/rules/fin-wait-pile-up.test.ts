import { describe, expect, it } from 'vitest';
import { runDoctor } from '../staging/run-doctor.ts';
import { families, filterInput, sleep, twoHosts } from './two-hosts.ts';

describe.skipIf(process.getuid?.() !== 0)('fin-wait-pile-up (needs root)', () => {
  describe.each(families)('%s', (family) => {
    it('experiment: a server that holds FIN_WAIT2, and peers that vanish before the FIN', async () => {
      using hosts = twoHosts('fw', family);
      const { here, there } = hosts;
      const holding = { address: hosts.any, port: 8080, backlog: 64, closeAfterMs: 50, shutdownWrite: true };
      const closing = { address: hosts.any, port: 8081, backlog: 64, closeAfterMs: 1000 };
      const server = here.spawn('listener', holding);
      await Promise.all([server.ready, here.spawn('listener', closing).ready]);
      await there.spawn('clients', { to: hosts.hereAddress, port: 8080, count: 6, close: 'never' }).done;
      await there.spawn('clients', { to: hosts.hereAddress, port: 8081, count: 8, close: 'never' }).done;
      filterInput(there, 'tcp sport 8081 drop');
      await sleep(2500);
      const run = await runDoctor(here.name, ['--for', '3s']);
      const found = run.report.findings.filter(({ id }) => id === 'fin-wait-pile-up');
      const held = found.find(({ cause }) => cause.id === 'application-holds');
      expect(held, run.stdout).toMatchObject({ severity: 'warning' });
      expect(held?.subject).toMatchObject({ listener: hosts.anyWithPort(8080), pid: String(server.pid) });
      const unreachable = found.find(({ cause }) => cause.id === 'peer-unreachable');
      expect(unreachable, run.stdout).toMatchObject({ severity: 'warning' });
      expect(unreachable?.subject.listener).toBe(hosts.anyWithPort(8081));
      expect(unreachable?.title).toContain('8 connections');
    });

    it('counter-experiment: orphans in FIN_WAIT2 for a minute, and half-closed connections at work', async () => {
      using hosts = twoHosts('fwc', family);
      const { here, there } = hosts;
      const closing = { address: hosts.any, port: 8080, backlog: 64, closeAfterMs: 50 };
      const halfClosed = {
        address: hosts.any,
        port: 8081,
        backlog: 64,
        closeAfterMs: 50,
        shutdownWrite: true,
      };
      await Promise.all([here.spawn('listener', closing).ready, here.spawn('listener', halfClosed).ready]);
      await there.spawn('clients', { to: hosts.hereAddress, port: 8080, count: 40, close: 'never' }).done;
      const upload = { count: 6, sendBytes: 10, sendEveryMs: 300, holdMs: 60_000 };
      await there.spawn('clients', { to: hosts.hereAddress, port: 8081, ...upload }).ready;
      await sleep(700);
      const run = await runDoctor(here.name, ['--for', '3s']);
      expect(run.report.namespaces[0]?.states.FIN_WAIT2).toBe(46);
      const found = run.report.findings.filter(({ id }) => id === 'fin-wait-pile-up');
      expect(found, run.stdout).toMatchObject([{ severity: 'info', cause: { id: 'peer-does-not-close' } }]);
    });
  });
});
