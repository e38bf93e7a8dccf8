import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseReport } from '../../src/contract/report.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { environment, shellCommand, startProgram } from './start-program.ts';

const PORT = 24_311;

describe.skipIf(process.getuid?.() !== 0)('signals while doctor watches (staging needs root)', () => {
  let sick: LabNamespace;
  let well: LabNamespace;
  let folder = '';

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'halfopen-signals-'));
    well = LabNamespace.create('hx-sigwell');
    sick = LabNamespace.create('hx-sigsick');
    const server = sick.spawn('listener', { address: '::1', port: PORT, backlog: 4, mode: 'accept' });
    await server.ready;
    server.signal('SIGSTOP');
    await sick.spawn('clients', { to: '::1', port: PORT, count: 12, close: 'never' }).ready;
    await sleep(300);
  });
  afterAll(() => {
    sick?.dispose();
    well?.dispose();
    rmSync(folder, { recursive: true });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends the window early; what was seen is judged, printed and saved',
    async (signal) => {
      const file = path.join(folder, `${signal}.json.gz`);
      const { child, ended } = startProgram([
        'doctor',
        '--netns',
        sick.name,
        '--for',
        '40s',
        '--json',
        '--save',
        file,
      ]);
      await watching(child);
      const sentAtMs = performance.now();
      child.kill(signal);
      const run = await ended;
      expect(performance.now() - sentAtMs).toBeLessThan(3000);
      const report = parseReport(JSON.parse(run.stdout));
      expect(report.host.observedToMs - report.host.observedFromMs).toBeLessThan(10_000);
      expect(report.findings.map((finding) => finding.id)).toContain('accept-queue-overflow');
      expect(run).toMatchObject({ exitCode: 1, signal: null });
      expect(run.stderr).toContain('halfopen: interrupted; this is what was seen until then\n');
      expect(readdirSync(folder)).toContain(`${signal}.json.gz`);
      expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);
    },
  );

  it('an interrupted look at a well host is no failure', async () => {
    const { child, ended } = startProgram(['doctor', '--netns', well.name, '--for', '40s']);
    await watching(child);
    child.kill('SIGINT');
    const run = await ended;
    expect(run).toMatchObject({ exitCode: 0, signal: null });
    expect(run.stdout).toContain('No problem found');
  });

  it.each([
    ['SIGINT', 'SIGINT'],
    ['SIGINT', 'SIGTERM'],
    ['SIGTERM', 'SIGINT'],
  ] as const)('%s and then %s: the second one ends it at once', async (first, second) => {
    const { child, ended } = startProgram(['doctor', '--netns', well.name, '--for', '40s'], {
      nodeArguments: ['--import', slowToStop],
    });
    await watching(child);
    child.kill(first);
    await sleep(300);
    const sentAtMs = performance.now();
    child.kill(second);
    const run = await ended;
    expect(run).toMatchObject({ exitCode: null, signal: second, stdout: '' });
    expect(performance.now() - sentAtMs).toBeLessThan(1000);
  });

  it('leaves a clean terminal behind', async () => {
    const child = spawn(
      'script',
      [
        '-qec',
        `stty cols 90; exec ${shellCommand(['doctor', '--netns', well.name, '--for', '40s'])}`,
        '/dev/null',
      ],
      { stdio: ['pipe', 'pipe', 'inherit'], env: environment({ NO_COLOR: '1' }), timeout: 30_000 },
    );
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
    });
    for (let i = 0; i < 400 && !shown.includes('#'); i++) await sleep(25);
    // ^C as somebody types it: the terminal makes SIGINT of it.
    child.stdin.write('\u0003');
    const exitCode = await new Promise((resolve) => child.on('close', resolve));
    expect(exitCode).toBe(0);
    expect(shown).toContain('watching for 40.0 s [');
    const wiped = /watching for 40\.0 s \[[#.]+\] +\d+ %(?:\^C)?\r +\r(?!.*watching for)/s;
    expect(shown).toMatch(wiped);
    expect(shown).toContain('halfopen: interrupted');
    expect(shown.replaceAll('\r\n', '\n').endsWith('\n')).toBe(true);
  });
});

/** Keeps the program from noticing the first signal for five seconds, as a look at very many sockets would. */
const slowToStop = `data:text/javascript,${encodeURIComponent(`
  const { abort } = AbortController.prototype;
  AbortController.prototype.abort = function () { setTimeout(() => abort.call(this), 5000); };
`)}`;

/** Until it handles SIGINT (signal 2 in SigCgt, proc(5)), and some of the window has passed. */
async function watching({ pid }: ChildProcess): Promise<void> {
  const until = performance.now() + 20_000;
  const handles = (): boolean => {
    const mask = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? '0';
    return ((BigInt(`0x${mask}`) >> 1n) & 1n) === 1n;
  };
  while (!handles() && performance.now() < until) await sleep(20);
  await sleep(800);
}
