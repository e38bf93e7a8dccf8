import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inNamespace } from '../../../src/kernel/netns/enter.ts';
import { LabNamespace } from '../../../src/lab/namespace.ts';
import type { ConfigChange } from '../../../src/tcp/tune-plan.ts';
import { sleep } from '../../rules/two-hosts.ts';
import { pauses } from './pauses.ts';
import { TuneProgram } from './tune-program.ts';

function isInstalled(command: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`]);
    return true;
  } catch {
    return false;
  }
}

const PORT = 8080;

/** nginx with its listen line behind a link, as Debian has it, in a file that is no UTF-8; its workers are away every now and then. */
async function startNginx(
  namespace: LabNamespace,
  folder: string,
): Promise<{ file: string; stop: () => void; master: number }> {
  const conf = path.join(folder, 'nginx.conf');
  const sites = path.join(folder, 'sites');
  const file = path.join(folder, 'available');
  mkdirSync(sites, { recursive: true });
  symlinkSync('../available', path.join(sites, 'default'));
  // Its workers are nobody's.
  chmodSync(folder, 0o755);
  writeFileSync(
    conf,
    `worker_processes 1;\npid ${folder}/pid;\nerror_log ${folder}/error.log;\ndaemon off;\nevents { worker_connections 4096; }\nhttp {\n  access_log off;\n  include ${sites}/*;\n}\n`,
  );
  writeFileSync(
    file,
    Buffer.from(
      `server {\n\tlisten 127.0.0.1:${PORT} backlog=16; # ours\n\tlocation / { return 200 "ü\\n"; }\n}`,
      'latin1',
    ),
  );
  chmodSync(file, 0o640);
  const child = inNamespace(namespace.path, () => spawn('nginx', ['-c', conf], { stdio: 'ignore' }));
  for (let wait = 0; wait < 100; wait++) {
    try {
      const master = Number(readFileSync(path.join(folder, 'pid'), 'utf8'));
      if (master > 0) return { file, master, stop: () => child.kill('SIGTERM') };
    } catch {
      // Not there yet.
    }
    await sleep(50);
  }
  throw new Error('nginx did not start');
}

function workerOf(master: number): number {
  return Number(readFileSync(`/proc/${master}/task/${master}/children`, 'utf8').trim().split(' ').at(-1));
}

describe.skipIf(process.getuid?.() !== 0 || !isInstalled('nginx'))(
  'nginx from Debian (needs root and nginx)',
  () => {
    it('is edited, waits for its reload, is cured by it, and goes back byte for byte', async () => {
      using namespace = LabNamespace.create('cure');
      using tune = new TuneProgram();
      namespace.setSysctl('net.ipv4.tcp_syncookies', 1);
      const nginx = await startNginx(namespace, tune.folder);
      let over = false;
      const load = {
        to: '127.0.0.1',
        port: PORT,
        sendBytes: 60,
        receiveUntilClose: true,
        close: 'fin',
      } as const;
      namespace.spawn('clients', { ...load, count: 100, repeatEveryMs: 400, repeats: 200 });
      const paused = pauses(
        () => workerOf(nginx.master),
        () => over,
      );
      try {
        const before = readFileSync(nginx.file);
        const access = statSync(nginx.file);
        const plan = await tune.plan(namespace.name, '4s');
        const edit = plan.changes.find((one): one is ConfigChange => one.kind === 'config-edit');
        expect(edit, JSON.stringify(plan, null, 1)).toMatchObject({
          server: 'nginx',
          file: nginx.file,
          root: '',
          optional: false,
          edit: { line: 2, before: `\tlisten 127.0.0.1:${PORT} backlog=16; # ours` },
          present: 16,
          takesEffect: { by: 'reload' },
        });
        const value = edit?.value ?? 0;
        expect(value).toBeGreaterThanOrEqual(128);

        const without = await tune.apply();
        expect(without.stderr).toMatch(/only with --edit-config: \d/);
        expect(readFileSync(nginx.file)).toEqual(before);

        const applied = await tune.apply('--edit-config');
        expect(applied.exitCode, applied.stdout + applied.stderr).toBe(0);
        expect(applied.stdout).toMatch(/nginx -t -q .*takes it/s);
        expect(applied.stdout).toContain(`nginx -s reload -c ${tune.folder}/nginx.conf`);
        expect(readFileSync(nginx.file, 'latin1')).toBe(
          before.toString('latin1').replace('backlog=16', `backlog=${value}`),
        );
        expect(statSync(nginx.file).mode).toBe(access.mode);

        const waiting = await tune.verify('1s');
        expect(waiting.changes.find(({ id }) => id === edit?.id)).toMatchObject({
          state: 'waits',
          said: expect.stringMatching(
            /nginx still listens with 16 on 127\.0\.0\.1:8080: nginx -s reload -c /,
          ),
        });

        process.kill(nginx.master, 'SIGHUP');
        await sleep(1500);
        const verified = await tune.verify('3s');
        expect(verified.changes.find(({ id }) => id === edit?.id)).toMatchObject({
          state: 'took-effect',
          said: expect.stringContaining('listens with'),
        });
        expect(verified.findings.find(({ id }) => id === 'accept-queue-overflow')?.state).toBe('gone');

        expect(await tune.rollBack()).toMatchObject({ exitCode: 0 });
        expect(readFileSync(nginx.file)).toEqual(before);
        expect(statSync(nginx.file)).toMatchObject({ mode: access.mode, uid: access.uid, gid: access.gid });
      } finally {
        over = true;
        await paused;
        nginx.stop();
      }
    });
  },
);
