import { describe, expect, it } from 'vitest';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { runDoctor } from '../staging/run-doctor.ts';

const loopback = { ipv4: '127.0.0.1', ipv6: '::1' } as const;

describe.skipIf(process.getuid?.() !== 0)('accept-queue-pressure (needs root)', () => {
  describe.each(['ipv4', 'ipv6'] as const)('%s', (family) => {
    it('experiment: 13 of 16 wait and nobody accepts', async () => {
      using namespace = LabNamespace.create('aqp');
      const address = loopback[family];
      await namespace.spawn('listener', { address, port: 8443, backlog: 16, mode: 'never-accept' }).ready;
      await namespace.spawn('clients', { to: address, port: 8443, count: 13, close: 'never' }).ready;
      const run = await runDoctor(namespace.name, ['--for', '2s']);
      const finding = run.finding('accept-queue-pressure');
      expect(finding).toMatchObject({ severity: 'warning', cause: { id: 'blocked' } });
      expect(finding?.evidence.find((one) => one.name === 'acceptQueue.peak')?.value).toBe(13);
      expect(finding?.evidence.find((one) => one.name === 'acceptQueue.oldestWait')?.value).toBeGreaterThan(
        1500,
      );
      expect(run.finding('accept-queue-overflow')).toBeUndefined();
      expect(run.exitCode).toBe(1);
    });

    it('experiment: 4 of 128 wait, and the process is stopped', async () => {
      using namespace = LabNamespace.create('aqp');
      const address = loopback[family];
      const server = namespace.spawn('listener', { address, port: 8443, backlog: 128 });
      await server.ready;
      server.signal('SIGSTOP');
      await namespace.spawn('clients', { to: address, port: 8443, count: 4, close: 'never' }).ready;
      const run = await runDoctor(namespace.name, ['--for', '4s']);
      expect(run.finding('accept-queue-pressure'), run.stdout).toMatchObject({
        severity: 'warning',
        cause: { id: 'process-stopped' },
      });
      expect(run.alarms).toEqual(['accept-queue-pressure']);
    });

    it('counter-experiment: 13 clients every second are accepted at once', async () => {
      using namespace = LabNamespace.create('aqp');
      const address = loopback[family];
      await namespace.spawn('listener', { address, port: 8443, backlog: 16, read: true }).ready;
      const clients = {
        to: address,
        port: 8443,
        count: 13,
        repeatEveryMs: 1000,
        repeats: 5,
        sendBytes: 300,
      } as const;
      await namespace.spawn('clients', { ...clients, close: 'fin' }).ready;
      const run = await runDoctor(namespace.name, ['--for', '2s']);
      expect(run.alarms).toEqual([]);
      expect(run.exitCode).toBe(0);
    });
  });
});
