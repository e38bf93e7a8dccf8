import { describe, expect, it } from 'vitest';
import type { LabNamespace } from '../../../src/lab/namespace.ts';
import { families, sleep, twoHosts } from '../../rules/two-hosts.ts';
import { counter, showMeasured } from './measured.ts';
import { changeOf, stateOf, TuneProgram } from './tune-program.ts';

const MIGRATE = 'net.ipv4.tcp_migrate_req';
const CLIENTS = 60;

/** Three processes share a port, one of them stands still with a third of the clients in its queue. */
async function stageGroup(server: LabNamespace, address: string, port: number) {
  const shared = { address, port, backlog: 511, reusePort: true, hold: true } as const;
  const workers = [0, 1, 2].map(() => server.spawn('listener', shared));
  for (const { ready } of workers) await ready;
  workers[0]?.signal('SIGSTOP');
  return workers;
}

describe.skipIf(process.getuid?.() !== 0)('a worker that is replaced (needs root)', () => {
  it.each(families)(
    '%s: what waits in its queue moves to its siblings instead of being reset',
    async (family) => {
      using hosts = twoHosts('cure', family);
      using tune = new TuneProgram();
      const { here, there } = hosts;
      /** Ends the stopped worker; gives how many of its clients were reset, and how many its siblings hold. */
      const replaceWorker = async (port: number, wait: () => Promise<void>) => {
        const workers = await stageGroup(here, hosts.any, port);
        const clients = there.spawn('clients', {
          to: hosts.hereAddress,
          port,
          count: CLIENTS,
          ratePerSecond: 300,
          holdMs: 20_000,
        });
        await clients.ready;
        await sleep(500);
        await wait();
        workers[0]?.signal('SIGKILL');
        await sleep(1000);
        clients.signal('SIGTERM');
        const { reset } = await clients.done;
        const held = [];
        for (const worker of workers.slice(1)) {
          worker.signal('SIGTERM');
          held.push((await worker.done).accepted);
        }
        return { reset, accepted: held.reduce((sum, one) => sum + one, 0) };
      };

      const before = await replaceWorker(8080, async () => {
        const plan = await tune.plan(here.name, '1500ms');
        expect(plan.findings.find(({ id }) => id === 'reuseport-imbalance')?.cause).toBe('process-stopped');
      });
      expect(before.reset).toBeGreaterThan(5);
      expect(before.accepted).toBe(CLIENTS - before.reset);

      const after = await replaceWorker(8081, async () => {
        const plan = await tune.plan(here.name, '1500ms');
        const change = changeOf(plan, MIGRATE);
        expect(change).toMatchObject({ optional: true, present: '0', value: '1' });
        expect(await tune.apply('--with', String(change.id))).toMatchObject({ exitCode: 0 });
        const verified = await tune.verify('1500ms');
        expect(verified.changes.find(({ id }) => id === change.id)).toMatchObject({
          state: 'took-effect',
          said: 'the kernel has 1, and reads it when a listener is closed',
        });
        expect(stateOf(verified, 'reuseport-imbalance')).toBe('still-there');
      });
      expect(after).toEqual({ reset: 0, accepted: CLIENTS });
      showMeasured(`reuseport-imbalance ${family}`, { before, after });
      expect(counter(here, 'TcpExt.TCPMigrateReqSuccess')).toBeGreaterThan(5);
      expect(stateOf(await tune.verify('1s'), 'reuseport-imbalance')).toBe('gone');
      expect(await tune.rollBack()).toMatchObject({ exitCode: 0 });
      expect(here.getSysctl(MIGRATE)).toBe('0');
    },
  );
});
