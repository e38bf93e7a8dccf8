import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { ApiSeriesList } from '../../../src/contract/api.ts';
import { LabNamespace } from '../../../src/lab/namespace.ts';

const program = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const PORT = 5400 + (process.pid % 200);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** Resets whoever connects. */
const rude = "require('net').createServer((s) => s.resetAndDestroy()).listen(80, () => console.log('ready'))";

it.skipIf(process.getuid?.() !== 0 || !existsSync('/sys/kernel/tracing'))(
  'tells resets by their listener where tracepoints can be read, and leaves no instance behind (needs root)',
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'halfopen-traced-'));
    using namespace = LabNamespace.create('traced');
    const children: ChildProcess[] = [];
    try {
      const server = spawn('ip', ['netns', 'exec', namespace.name, process.execPath, '-e', rude]);
      children.push(server);
      await once(server.stdout, 'data');
      // For this process alone; nobody else gets to see the mount.
      const serve = `exec ${process.execPath} ${program} serve --store ${folder}/h.db --netns ${namespace.name} --port ${PORT}`;
      const script = `mount -t tracefs tracefs /sys/kernel/tracing && ${serve}`;
      const recorder = spawn('unshare', ['--mount', 'sh', '-c', script], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      children.push(recorder);
      let said = '';
      recorder.stderr.setEncoding('utf8').on('data', (text) => {
        said += text;
      });
      for (let wait = 0; wait < 100 && !said.includes('watching'); wait++) await sleep(100);
      expect(said).not.toContain('tracepoints');
      await sleep(1500);
      for (let burst = 0; burst < 3; burst++) {
        await namespace.spawn('clients', { to: '127.0.0.1', port: 80, count: 10, close: 'never' }).ready;
        await sleep(700);
      }
      await sleep(1500);
      const answer = await fetch(`http://127.0.0.1:${PORT}/api/v1/series?kind=listener&rows=60`);
      const { series } = (await answer.json()) as ApiSeriesList;
      const resets = series[0]?.values.resetsSent?.filter((value) => value >= 0) ?? [];
      expect(resets.reduce((sum, value) => sum + value, 0)).toBe(30);
      recorder.kill('SIGTERM');
      await once(recorder, 'exit');
      const left = spawn('unshare', [
        '--mount',
        'sh',
        '-c',
        'mount -t tracefs tracefs /sys/kernel/tracing && ls /sys/kernel/tracing/instances',
      ]);
      let names = '';
      left.stdout.on('data', (text) => {
        names += text;
      });
      await once(left, 'exit');
      expect(names).not.toContain(`halfopen-${recorder.pid}`);
    } finally {
      for (const child of children) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
