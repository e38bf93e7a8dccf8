import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { parseReport } from '../../src/contract/report.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { runProgram, startProgram } from './start-program.ts';

const PORT = 24_314;

/** A namespace with a stopped server and clients before it, and what the doctor said that watched while it was taken away. */
async function watchWhile(
  takeAway: (namespace: LabNamespace, stop: () => Promise<void>) => Promise<void>,
  ...more: string[]
) {
  using namespace = LabNamespace.create('hx-gone');
  const server = namespace.spawn('listener', { address: '::', port: PORT, backlog: 4, mode: 'accept' });
  await server.ready;
  const clients = namespace.spawn('clients', { to: '::1', port: PORT, count: 20, holdMs: 20_000 });
  await clients.ready;
  await sleep(200);
  const { ended } = startProgram(['doctor', '--netns', namespace.name, '--for', '3s', ...more]);
  await sleep(1500);
  await takeAway(namespace, async () => {
    server.signal('SIGKILL');
    clients.signal('SIGKILL');
    await Promise.all([server.exited, clients.exited]);
  });
  return ended;
}

describe.skipIf(process.getuid?.() !== 0)('what goes away while doctor watches (staging needs root)', () => {
  it.each(['auto', 'always'])(
    'the namespace with all its processes (--capture %s): a report of what was there',
    async (capture) => {
      const run = await watchWhile(
        async (namespace, stop) => {
          await stop();
          namespace.dispose();
        },
        '--json',
        '--capture',
        capture,
      );
      const report = parseReport(JSON.parse(run.stdout));
      expect([0, 1]).toContain(run.exitCode);
      expect(run.stderr).toBe('');
      expect(report.host.observedToMs - report.host.observedFromMs).toBeGreaterThan(2500);
      expect(report.namespaces).toHaveLength(1);
      expect(report.namespaces[0]?.listeners.map((listener) => listener.port)).toEqual([PORT]);
      expect(report.unknowns.map((unknown) => unknown.because).join()).not.toMatch(/undefined|malformed/);
    },
  );

  it('the name and the processes, seen as text', async () => {
    const run = await watchWhile(async (namespace, stop) => {
      await stop();
      namespace.dispose();
    });
    expect([0, 1]).toContain(run.exitCode);
    expect(run.stdout).toContain('1 network namespace');
    expect(run.stderr).not.toContain('should not have happened');
  });

  it('the processes only: the sockets are gone from the second census, and nothing else is', async () => {
    const run = await watchWhile((_, stop) => stop(), '--json');
    const report = parseReport(JSON.parse(run.stdout));
    expect(report.namespaces[0]?.states.ESTABLISHED ?? 0).toBe(0);
    expect(Object.keys(report.namespaces[0]?.counters ?? {})).not.toHaveLength(0);
    expect([0, 1]).toContain(run.exitCode);
  });

  it('namespaces that come and go by the dozen while all of them are watched', async () => {
    const { ended } = startProgram(['doctor', '--for', '3s', '--json']);
    for (let round = 0; round < 12; round++) {
      using namespace = LabNamespace.create('hx-brief');
      await namespace.spawn('listener', { address: '127.0.0.1', port: PORT, backlog: 1 }).ready;
    }
    const run = await ended;
    expect([0, 1]).toContain(run.exitCode);
    expect(parseReport(JSON.parse(run.stdout)).namespaces.length).toBeGreaterThan(0);
    expect(run.stderr).not.toContain('should not have happened');
  });

  it.each(['listeners', 'sockets --netns all', 'sockets --netns all --by process'])(
    '%s while namespaces come and go',
    async (args) => {
      const runs = [1, 2, 3].map(() => runProgram(args.split(' ')));
      for (let round = 0; round < 20; round++) LabNamespace.create('hx-flicker').dispose();
      for (const run of await Promise.all(runs)) {
        expect(run.stderr).not.toContain('should not have happened');
        expect(run.exitCode).toBe(0);
      }
    },
  );
});
