import { describe, expect, it } from 'vitest';
import { LabNamespace } from '../../src/lab/namespace.ts';
import type { ClientsOptions, ListenerOptions } from '../../src/lab/programs/options.ts';
import { runDoctor } from '../staging/run-doctor.ts';

const loopback = { ipv4: '127.0.0.1', ipv6: '::1' } as const;
const PORT = 24_224;

interface Stage {
  readonly cause: string;
  readonly server: Omit<ListenerOptions, 'address' | 'port'>;
  readonly clients: Omit<ClientsOptions, 'to' | 'port'>;
  readonly stopServer?: true;
  /** Clients that come this much before the doctor. */
  readonly headStartMs?: number;
  readonly somaxconn?: number;
}

const sixtyClients = { count: 60, close: 'never' } as const;
const aStream = { count: 400, repeatEveryMs: 1000, repeats: 8, ratePerSecond: 400, close: 'fin' } as const;

const stages: readonly Stage[] = [
  {
    cause: 'process-stopped',
    server: { backlog: 16, mode: 'accept' },
    clients: sixtyClients,
    stopServer: true,
  },
  { cause: 'fd-limit', server: { backlog: 16, mode: 'fd-limit', descriptors: 12 }, clients: sixtyClients },
  { cause: 'cpu-saturated', server: { backlog: 16, mode: 'spin' }, clients: sixtyClients },
  { cause: 'blocked', server: { backlog: 16, mode: 'never-accept' }, clients: sixtyClients },
  {
    cause: 'sustained-overload',
    server: { backlog: 16, mode: 'slow-accept', acceptEveryMs: 25 },
    clients: aStream,
  },
  {
    cause: 'burst',
    server: { backlog: 64, mode: 'pause-bursts', pauseMs: 100, pauseEveryMs: 1000 },
    clients: { count: 400, repeatEveryMs: 1500, repeats: 5, close: 'fin' },
  },
  {
    cause: 'backlog-too-small',
    server: { backlog: 2, mode: 'pause-bursts', pauseMs: 12, pauseEveryMs: 100 },
    clients: { count: 400, repeatEveryMs: 1000, repeats: 8, ratePerSecond: 400, close: 'fin' },
  },
];

async function stage(family: 'ipv4' | 'ipv6', what: Stage): ReturnType<typeof runDoctor> {
  using namespace = LabNamespace.create('aqo');
  const address = loopback[family];
  const server = namespace.spawn('listener', { address, port: PORT, ...what.server });
  const { pid } = await server.ready;
  if (what.stopServer) server.signal('SIGSTOP');
  const clients = namespace.spawn('clients', { to: address, port: PORT, ...what.clients });
  await clients.ready;
  await new Promise((resolve) => setTimeout(resolve, what.headStartMs ?? 300));
  const run = await runDoctor(namespace.name, ['--for', '3s']);
  expect(run.report.namespaces[0]?.listeners[0]?.process?.pid).toBe(pid);
  return run;
}

describe.skipIf(process.getuid?.() !== 0)('accept-queue-overflow (needs root)', () => {
  describe.each(['ipv4', 'ipv6'] as const)('%s', (family) => {
    it.each(stages)('experiment: cause $cause', async (what) => {
      const run = await stage(family, what);
      const finding = run.finding('accept-queue-overflow');
      expect(finding, JSON.stringify(run.report.findings, null, 1)).toBeDefined();
      expect(finding?.cause).toMatchObject({ id: what.cause });
      expect(finding?.subject.listener).toBe(family === 'ipv4' ? `127.0.0.1:${PORT}` : `[::1]:${PORT}`);
      expect(run.report.namespaces[0]?.listeners[0]).toMatchObject({ limitSetBy: 'application' });
      expect(run.alarms).not.toContain('syn-flood');
      // A backlog of 2 is a SYN queue of 3, which may overflow as well.
      if (what.server.backlog > 2) expect(run.alarms).not.toContain('syn-queue-overflow');
      expect(run.exitCode).toBe(1);
    });

    it('counter-experiment: a server that accepts 400 connections a second in time', async () => {
      const run = await stage(family, {
        cause: 'none',
        server: { backlog: 511, read: true },
        clients: { ...aStream, sendBytes: 400 },
      });
      expect(run.finding('accept-queue-overflow')).toBeUndefined();
      expect(run.finding('accept-queue-pressure')?.severity).not.toBe('warning');
      expect(run.alarms).toEqual([]);
      expect(run.exitCode).toBe(0);
    });
  });
});
