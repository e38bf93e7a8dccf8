import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { runDoctor } from '../staging/run-doctor.ts';

function hasNginx(): boolean {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A real nginx with one worker in the foreground, in a namespace of ours; ended with its folder. */
class Nginx implements Disposable {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'halfopen-nginx-'));
  readonly #child: ChildProcess;

  constructor(namespace: LabNamespace, listen: string) {
    const conf = path.join(this.#folder, 'nginx.conf');
    writeFileSync(
      conf,
      `worker_processes 1; pid ${this.#folder}/pid; error_log ${this.#folder}/error.log; daemon off;
       events { worker_connections 2048; }
       http { access_log off; server { listen ${listen}; location / { return 200 "hello from a healthy server\\n"; } } }`,
    );
    this.#child = spawn('ip', ['netns', 'exec', namespace.name, 'nginx', '-c', conf], { stdio: 'ignore' });
  }

  async workers(): Promise<readonly number[]> {
    for (let wait = 0; wait < 100; wait++) {
      try {
        const master = Number(readFileSync(path.join(this.#folder, 'pid'), 'utf8'));
        const children = readFileSync(`/proc/${master}/task/${master}/children`, 'utf8').trim();
        if (children !== '') return children.split(' ').map(Number);
      } catch {
        // Not there yet.
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('nginx did not start');
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
    try {
      const master = Number(readFileSync(path.join(this.#folder, 'pid'), 'utf8'));
      execFileSync('pkill', ['-KILL', '-P', String(master)]);
    } catch {
      // Already gone.
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

describe.skipIf(process.getuid?.() !== 0 || !hasNginx())('nginx from Debian (needs root and nginx)', () => {
  describe.each([
    { family: 'ipv4', address: '127.0.0.1', listen: '127.0.0.1:8080' },
    { family: 'ipv6', address: '::1', listen: '[::1]:8080' },
  ])('$family', ({ address, listen }) => {
    it('a healthy busy server gives no finding at warning or above', async () => {
      using namespace = LabNamespace.create('nginx');
      using nginx = new Nginx(namespace, listen);
      await nginx.workers();
      const load = { to: address, port: 8080, sendBytes: 60, receiveUntilClose: true, close: 'fin' } as const;
      namespace.spawn('clients', {
        ...load,
        count: 500,
        ratePerSecond: 500,
        repeatEveryMs: 1000,
        repeats: 8,
        holdMs: 20,
      });
      namespace.spawn('clients', { ...load, count: 50, holdMs: 8000 });
      const run = await runDoctor(namespace.name, ['--for', '4s']);
      expect(run.alarms, JSON.stringify(run.report.findings, null, 1)).toEqual([]);
      expect(run.report.namespaces[0]?.listeners[0]).toMatchObject({
        port: 8080,
        acceptQueue: { limit: 511 },
        process: { name: 'nginx' },
      });
      expect(run.exitCode).toBe(0);
    });

    it('a stopped worker is the cause, although its master runs', async () => {
      using namespace = LabNamespace.create('nginx');
      using nginx = new Nginx(namespace, `${listen} backlog=16`);
      const [worker = 0] = await nginx.workers();
      process.kill(worker, 'SIGSTOP');
      await namespace.spawn('clients', { to: address, port: 8080, count: 60, close: 'never' }).ready;
      const run = await runDoctor(namespace.name, ['--for', '4s']);
      expect(run.finding('accept-queue-overflow')).toMatchObject({
        severity: 'critical',
        cause: { id: 'process-stopped' },
        subject: { listener: listen, pid: String(worker), process: 'nginx' },
      });
      expect(run.exitCode).toBe(1);
    });
  });
});
