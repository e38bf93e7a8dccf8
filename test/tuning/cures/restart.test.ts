import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inNamespace } from '../../../src/kernel/netns/enter.ts';
import { LabNamespace } from '../../../src/lab/namespace.ts';
import type { ConfigChange } from '../../../src/tcp/tune-plan.ts';
import { sleep } from '../../rules/two-hosts.ts';
import { msUntil, rise, showMeasured, sockets } from './measured.ts';
import { pauses } from './pauses.ts';
import { stateOf, sysctlsOf, TuneProgram } from './tune-program.ts';

const PORT = 8080;

const servers = [
  {
    name: 'lighttpd',
    address: '127.0.0.1',
    text: (folder: string) =>
      `server.document-root = "${folder}"\nserver.bind = "127.0.0.1"\nserver.port = ${PORT}\nserver.listen-backlog = 16 # ours\n`,
    line: (value: number) => `server.listen-backlog = ${value} # ours`,
    start: (file: string) => ['-D', '-f', file],
    check: /lighttpd -tt -f \S+ takes it/,
  },
  {
    name: 'redis-server',
    address: '::1',
    text: (folder: string) =>
      `bind ::1\nport ${PORT}\ndir ${folder}\nsave ""\nset-proc-title no\nTCP-Backlog 16\n`,
    line: (value: number) => `TCP-Backlog ${value}`,
    start: (file: string) => [file],
    check: /Redis has no check of its own/,
  },
] as const;

function isInstalled(command: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`]);
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(process.getuid?.() !== 0)('servers that have to be restarted (needs root)', () => {
  it.each(servers.filter(({ name }) => isInstalled(name)))(
    '$name on $address: edited, cut by somaxconn of its namespace, cured by its restart, and back byte for byte',
    async (server) => {
      using namespace = LabNamespace.create('cure');
      using tune = new TuneProgram();
      namespace.setSysctl('net.core.somaxconn', 64);
      chmodSync(tune.folder, 0o755);
      const file = path.join(tune.folder, 'server.conf');
      writeFileSync(file, server.text(tune.folder));
      const bytes = readFileSync(file);
      let child: ChildProcess | undefined;
      const start = async (): Promise<void> => {
        child = inNamespace(namespace.path, () =>
          spawn(server.name, server.start(file), { stdio: 'ignore' }),
        );
        await msUntil(
          performance.now(),
          5000,
          () => sockets(namespace, `state listening sport = :${PORT}`) > 0,
        );
      };
      const stop = async (): Promise<void> => {
        const ended = new Promise((resolve) => child?.once('exit', resolve));
        child?.kill('SIGTERM');
        await ended;
      };
      await start();
      let over = false;
      const bursts = { to: server.address, port: PORT, count: 100, repeatEveryMs: 400, repeats: 200 };
      namespace.spawn('clients', { ...bursts, close: 'fin' });
      const paused = pauses(
        () => child?.pid ?? 0,
        () => over,
      );
      try {
        const before = await rise(namespace, 'TcpExt.ListenOverflows', 2500);
        expect(before).toBeGreaterThan(0);
        const plan = await tune.plan(namespace.name, '4s');
        const edit = plan.changes.find((one): one is ConfigChange => one.kind === 'config-edit');
        expect(edit, JSON.stringify(plan, null, 1)).toMatchObject({
          file,
          present: 16,
          optional: false,
          takesEffect: { by: 'restart' },
        });
        const value = edit?.value ?? 0;
        expect(value).toBeGreaterThanOrEqual(128);
        expect(sysctlsOf(plan)).toMatchObject({ 'net.core.somaxconn': '4096' });

        const applied = await tune.apply('--edit-config');
        expect(applied.exitCode, applied.stdout + applied.stderr).toBe(0);
        expect(applied.stdout.replaceAll(/\s+/g, ' ')).toMatch(server.check);
        expect(applied.stdout).toContain(edit?.takesEffect.command);
        expect(readFileSync(file, 'utf8')).toBe(
          bytes.toString().replace(server.line(16), server.line(value)),
        );
        const waiting = await tune.verify('1s');
        expect(waiting.changes.find(({ id }) => id === edit?.id)).toMatchObject({
          state: 'waits',
          said: expect.stringContaining('still listens with 16'),
        });

        await stop();
        await start();
        // Clients that were turned away come back first.
        await sleep(1500);
        const after = await rise(namespace, 'TcpExt.ListenOverflows', 2500);
        const verified = await tune.verify('3s');
        showMeasured(server.name, { before, value, after });
        expect(after).toBe(0);
        expect(verified.changes.find(({ id }) => id === edit?.id)).toMatchObject({ state: 'took-effect' });
        expect(stateOf(verified, 'accept-queue-overflow')).toBe('gone');

        expect(await tune.rollBack()).toMatchObject({ exitCode: 0 });
        expect(readFileSync(file)).toEqual(bytes);
        expect(namespace.getSysctl('net.core.somaxconn')).toBe('64');
      } finally {
        over = true;
        await paused;
        child?.kill('SIGKILL');
      }
    },
  );
});
