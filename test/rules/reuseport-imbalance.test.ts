import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { connectNamespaces } from '../../src/lab/link.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { type DoctorRun, runDoctor } from '../staging/run-doctor.ts';

const PORT = 9090;
const families = {
  ipv4: { any: '0.0.0.0', server: '10.90.0.2', listener: `0.0.0.0:${PORT}` },
  ipv6: { any: '::', server: 'fd90::2', listener: `[::]:${PORT}` },
} as const;

interface Stage {
  readonly backlog: number;
  /** How many of the three workers are stopped. */
  readonly stopped: number;
  readonly clients: number;
}

/** Three processes that share a port, and clients that stay: on average a third of them for each process. */
async function stage(
  family: 'ipv4' | 'ipv6',
  it: Stage,
): Promise<DoctorRun & { readonly pids: readonly string[] }> {
  using server = LabNamespace.create('reuseport');
  using client = LabNamespace.create('reuseport');
  connectNamespaces(client, server);
  const { any, server: to } = families[family];
  const shared = { address: any, port: PORT, backlog: it.backlog, reusePort: true } as const;
  const workers = [0, 1, 2].map(() => server.spawn('listener', shared));
  for (const worker of workers) await worker.ready;
  for (const worker of workers.slice(0, it.stopped)) worker.signal('SIGSTOP');
  const clients = { count: it.clients, close: 'never', ratePerSecond: 200 } as const;
  await client.spawn('clients', { to, port: PORT, ...clients }).ready;
  await sleep(600);
  const run = await runDoctor(server.name, ['--for', '1500ms']);
  return { ...run, pids: workers.map((worker) => String(worker.pid)) };
}

describe.skipIf(process.getuid?.() !== 0)('reuseport-imbalance (needs root)', () => {
  describe.each(['ipv4', 'ipv6'] as const)('%s', (family) => {
    it('experiment: one of three workers is stopped, its queue is full', async () => {
      const run = await stage(family, { backlog: 4, stopped: 1, clients: 60 });
      const finding = run.finding('reuseport-imbalance');
      expect(finding).toMatchObject({
        severity: 'critical',
        confidence: 'certain',
        cause: { id: 'process-stopped' },
        subject: { listener: families[family].listener, pid: run.pids[0] },
      });
      expect(finding?.remedies[0]?.command).toBe(`kill -CONT ${run.pids[0]}`);
      const all = run.report.findings.filter(({ id }) => id === 'reuseport-imbalance');
      expect(all).toHaveLength(1);
    });

    it('experiment: the same with room for all: its clients wait for ever', async () => {
      const run = await stage(family, { backlog: 511, stopped: 1, clients: 60 });
      expect(run.finding('reuseport-imbalance')).toMatchObject({
        severity: 'warning',
        cause: { id: 'process-stopped' },
        subject: { pid: run.pids[0] },
      });
    });

    it('counter-experiment: all three are stopped, which is plain overload', async () => {
      const run = await stage(family, { backlog: 4, stopped: 3, clients: 60 });
      expect(run.alarms).toContain('accept-queue-overflow');
      expect(run.finding('reuseport-imbalance')).toBeUndefined();
    });

    it('counter-experiment: all three work', async () => {
      const run = await stage(family, { backlog: 64, stopped: 0, clients: 60 });
      expect(run.finding('reuseport-imbalance')).toBeUndefined();
      expect(run.alarms).toEqual([]);
    });
  });
});
