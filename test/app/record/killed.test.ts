import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { HistoryReader } from '../../../src/app/history/history-reader.ts';
import { LabNamespace } from '../../../src/lab/namespace.ts';
import { notMeasured } from '../../../src/tcp/recording/channel.ts';

const program = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
/** HALFOPEN_KILLS=100 for a long run. */
const rounds = Number(process.env.HALFOPEN_KILLS ?? 4);
const PORT = 4700 + (process.pid % 200);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

it.skipIf(process.getuid?.() !== 0)(
  `loses at most two seconds when it is killed, ${rounds} times, with an incident open (needs root)`,
  { timeout: rounds * 20_000 + 30_000, retry: 0 },
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'halfopen-killed-'));
    const store = path.join(folder, 'history.db');
    using namespace = LabNamespace.create('killed');
    const server = namespace.spawn('listener', {
      address: '127.0.0.1',
      port: 80,
      backlog: 8,
      mode: 'never-accept',
    });
    await server.ready;
    await namespace.spawn('clients', { to: '127.0.0.1', port: 80, count: 9, close: 'never' }).ready;
    const ids = new Set<string>();
    try {
      for (let round = 0; round < rounds; round++) {
        const args = [program, 'serve', '--store', store, '--netns', namespace.name, '--port', String(PORT)];
        const recorder = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
        let said = '';
        recorder.stderr.setEncoding('utf8').on('data', (text) => {
          said += text;
        });
        for (let wait = 0; wait < 100 && !said.includes(': 127.0.0.1:80'); wait++) {
          if (wait === 20)
            namespace.spawn('clients', { to: '127.0.0.1', port: 80, count: 9, close: 'never', maxMs: 3000 });
          await sleep(100);
        }
        // At any moment: in the middle of a transaction, between two.
        await sleep(900 + ((round * 131) % 1100));
        const killedMs = Date.now();
        recorder.kill('SIGKILL');
        await once(recorder, 'exit');
        expect(said).not.toContain('error');
        using history = HistoryReader.open(store);
        const toSecond = Math.floor(killedMs / 1000) + 1;
        const [series] = history.series({ fromSecond: toSecond - 5, toSecond, kind: 'listener' });
        const queue = series?.columns[0] ?? new Int32Array();
        const last = queue.findLastIndex((value) => value !== notMeasured) + (series?.startSecond ?? 0);
        expect(killedMs / 1000 - (last + 1), said).toBeLessThan(2);
        for (const { id, closedMs } of history.incidents()) {
          ids.add(id);
          // Whoever ended without a word left it open; the next one closes it.
          if (closedMs !== null) continue;
          expect(history.incident(id)?.detail?.finding.title).toContain('127.0.0.1:80');
          expect(history.blackBox(id)).toBeDefined();
        }
        // Nothing that was there once is gone.
        expect(history.incidents().map(({ id }) => id)).toEqual(expect.arrayContaining([...ids]));
      }
      expect(ids.size).toBeGreaterThan(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
