import { describe, expect, it } from 'vitest';
import { runDoctor } from '../staging/run-doctor.ts';
import { families, filterInput, sleep, twoHosts } from './two-hosts.ts';

describe.skipIf(process.getuid?.() !== 0)('no-keepalive (needs root)', () => {
  describe.each(families)('%s', (family) => {
    it('experiment: idle connections without a timer; a warning where peers of the same port have vanished', async () => {
      using hosts = twoHosts('nk', family);
      const { here, there } = hosts;
      const idle = here.spawn('listener', { address: hosts.any, port: 8080, backlog: 64, hold: true });
      const push = here.spawn('listener', {
        address: hosts.any,
        port: 8081,
        backlog: 64,
        hold: true,
        read: true,
        replyBytes: 500,
      });
      await Promise.all([idle.ready, push.ready]);
      // Handshakes pass, answers with data do not: for the server these clients are gone.
      filterInput(there, 'tcp sport 8081 meta length > 200 drop');
      await there.spawn('clients', { to: hosts.hereAddress, port: 8080, count: 12, close: 'never' }).done;
      await there.spawn('clients', { to: hosts.hereAddress, port: 8081, count: 6, close: 'never' }).done;
      await there.spawn('clients', {
        to: hosts.hereAddress,
        port: 8081,
        count: 4,
        sendBytes: 10,
        close: 'never',
      }).done;
      await sleep(2500);
      const run = await runDoctor(here.name, ['--for', '3s']);
      const found = run.report.findings.filter(({ id }) => id === 'no-keepalive');
      const quiet = found.find(({ subject }) => subject.listener === hosts.anyWithPort(8080));
      expect(quiet, run.stdout).toMatchObject({ severity: 'info', cause: { id: 'no-so-keepalive' } });
      expect(quiet?.subject.pid).toBe(String(idle.pid));
      expect(quiet?.title).toMatch(/^12 idle connections/);
      const vanishing = found.find(({ subject }) => subject.listener === hosts.anyWithPort(8081));
      expect(vanishing, run.stdout).toMatchObject({ severity: 'warning', cause: { id: 'peers-vanish' } });
    });

    it('counter-experiment: the same idle connections with SO_KEEPALIVE', async () => {
      using hosts = twoHosts('nkc', family);
      const keepalive = { idleSeconds: 60, intervalSeconds: 10, probes: 3 };
      const server = { address: hosts.any, port: 8080, backlog: 64, hold: true, keepalive };
      await hosts.here.spawn('listener', server).ready;
      await hosts.there.spawn('clients', { to: hosts.hereAddress, port: 8080, count: 12, close: 'never' })
        .done;
      await sleep(2500);
      const run = await runDoctor(hosts.here.name, ['--for', '3s']);
      expect(run.report.namespaces[0]?.states.ESTABLISHED).toBe(12);
      expect(run.finding('no-keepalive'), run.stdout).toBeUndefined();
    });
  });
});
