import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { type DoctorRun, runDoctor } from '../staging/run-doctor.ts';

const loopback = { ipv4: '127.0.0.1', ipv6: '::1' } as const;
const PORT = 8443;

interface Stage {
  readonly somaxconn: number;
  readonly backlog: number;
  readonly clients: number;
}

/** A server that takes one connection every 50 ms, so that clients wait in its queue. */
async function stage(family: 'ipv4' | 'ipv6', it: Stage): Promise<DoctorRun & { readonly pid: number }> {
  using namespace = LabNamespace.create('capped');
  namespace.setSysctl('net.core.somaxconn', it.somaxconn);
  const address = loopback[family];
  const slow = { mode: 'slow-accept', acceptEveryMs: 50, backlog: it.backlog } as const;
  const server = namespace.spawn('listener', { address, port: PORT, ...slow });
  const { pid } = await server.ready;
  if (it.clients > 0) {
    await namespace.spawn('clients', { to: address, port: PORT, count: it.clients, close: 'never' }).ready;
    await sleep(300);
  }
  return { ...(await runDoctor(namespace.name, ['--for', '2s'])), pid };
}

describe.skipIf(process.getuid?.() !== 0)('backlog-capped (needs root)', () => {
  describe.each(['ipv4', 'ipv6'] as const)('%s', (family) => {
    it('experiment: a backlog of 1,024 cut to somaxconn 16 overflows', async () => {
      const run = await stage(family, { somaxconn: 16, backlog: 1024, clients: 60 });
      const finding = run.finding('backlog-capped');
      expect(finding).toMatchObject({ severity: 'warning', cause: { id: 'somaxconn' } });
      expect(finding?.subject).toMatchObject({
        listener: family === 'ipv4' ? `127.0.0.1:${PORT}` : `[::1]:${PORT}`,
        pid: String(run.pid),
        sysctl: 'net.core.somaxconn',
      });
      expect(run.report.namespaces[0]?.listeners[0]).toMatchObject({
        limitSetBy: 'somaxconn',
        acceptQueue: { limit: 16 },
      });
      // Raising it must happen inside the namespace, and the program has to listen again.
      expect(finding?.remedies[0]?.command).toMatch(
        /^(nsenter -t \d+ -n|ip netns exec \S+) sysctl -w net\.core\.somaxconn=4096$/,
      );
      expect(finding?.remedies[1]?.summary).toContain('listen again');
      expect(run.exitCode).toBe(1);
    });

    it("counter-experiment: the same overflow of the program's own backlog of 16", async () => {
      const run = await stage(family, { somaxconn: 4096, backlog: 16, clients: 60 });
      expect(run.alarms).toContain('accept-queue-overflow');
      expect(run.finding('backlog-capped')).toBeUndefined();
    });

    it('counter-experiment: a capped backlog that nobody needs is no alarm', async () => {
      const run = await stage(family, { somaxconn: 64, backlog: 1024, clients: 0 });
      expect(run.finding('backlog-capped')?.severity).toBe('info');
      // That the host allows more is another rule's business.
      expect(run.alarms).toEqual(['namespace-sysctl-mismatch']);
    });
  });
});
