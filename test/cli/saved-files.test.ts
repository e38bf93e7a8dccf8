import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os, { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseReport } from '../../src/contract/report.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import type { Report } from '../../src/tcp/report.ts';
import { asNobody, type EndedProgram, publicCopy, runProgram } from './start-program.ts';

const PORT = 24_312;
/** Not 127.0.0.1, which says nothing about anybody and is kept by --redact. */
const ADDRESS = '10.77.3.9';

describe.skipIf(process.getuid?.() !== 0)('files of doctor (staging needs root)', () => {
  let sick: LabNamespace;
  let folder = '';
  let saved = '';
  let live: EndedProgram;

  const at = (name: string): string => path.join(folder, name);
  const doctor = (...more: string[]): Promise<EndedProgram> =>
    runProgram(['doctor', '--netns', sick.name, '--for', '1s', ...more]);
  const from = (file: string, ...more: string[]): Promise<EndedProgram> =>
    runProgram(['doctor', '--from', file, ...more]);
  const written = (name: string, content: string | Uint8Array): string => {
    writeFileSync(at(name), content);
    return at(name);
  };

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'halfopen-files-'));
    sick = LabNamespace.create('hx-files');
    sick.run('ip', ['address', 'add', `${ADDRESS}/32`, 'dev', 'lo']);
    const server = sick.spawn('listener', { address: ADDRESS, port: PORT, backlog: 4, mode: 'accept' });
    await server.ready;
    server.signal('SIGSTOP');
    await sick.spawn('clients', { to: ADDRESS, port: PORT, count: 12, close: 'never' }).ready;
    await new Promise((resolve) => setTimeout(resolve, 300));
    saved = at('live.json.gz');
    live = await doctor('--json', '--save', saved);
  });
  afterAll(() => {
    sick?.dispose();
    rmSync(folder, { recursive: true });
  });

  it('--save, then --from: the same report from the file as from the host', async () => {
    expect(live.stderr).toBe(`halfopen: saved the observation to ${saved}\n`);
    const again = await from(saved, '--json');
    expect(JSON.parse(again.stdout)).toEqual(JSON.parse(live.stdout));
    expect(again).toMatchObject({ exitCode: live.exitCode, stderr: '' });
    expect((await from(saved)).stdout).toContain(`${ADDRESS}:${PORT}`);
  });

  it('--from reads it unpacked as well, and --port narrows it', async () => {
    const plain = written('live.json', gunzipSync(readFileSync(saved)));
    expect((await from(plain, '--json')).stdout).toBe(live.stdout);
    const narrowed = parseReport(JSON.parse((await from(plain, '--json', '--port', '9')).stdout));
    expect(narrowed.namespaces[0]?.listeners).toEqual([]);
  });

  it('--html writes one page beside the report', async () => {
    const run = await from(saved, '--html', at('page.html'));
    expect(run).toMatchObject({ exitCode: 1, stderr: `halfopen: wrote ${at('page.html')}\n` });
    expect(run.stdout).toContain(`${ADDRESS}:${PORT}`);
    expect(readFileSync(at('page.html'), 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\s*$/i);
  });

  it('--redact leaves no address and no name, on the screen or in the file, and judges the same', async () => {
    const file = at('redacted.json.gz');
    const run = await doctor('--json', '--redact', '--save', file);
    const page = await from(file, '--html', at('redacted.html'));
    const text = gunzipSync(readFileSync(file)).toString('utf8');
    for (const output of [run.stdout, text, page.stdout, readFileSync(at('redacted.html'), 'utf8')]) {
      expect(output).not.toContain(ADDRESS);
      expect(output).not.toContain(sick.name);
      if (os.hostname().length > 3) expect(output).not.toContain(os.hostname());
      expect(output).not.toContain(process.cwd());
    }
    expect(findingsOf(run)).toEqual(findingsOf(live));
    expect(findingsOf(await from(file, '--json'))).toEqual(findingsOf(live));
    // A redacted copy of a file that was kept in the clear.
    const copy = at('copy.json.gz');
    expect(findingsOf(await from(saved, '--redact', '--save', copy, '--json'))).toEqual(findingsOf(live));
    expect(gunzipSync(readFileSync(copy)).toString('utf8')).not.toContain(ADDRESS);
  });

  describe('a file that is no observation', () => {
    const cases: readonly (readonly [string, () => string | Uint8Array, RegExp])[] = [
      ['nothing', () => '', /it is empty/],
      ['a text', () => 'hello\n', /not JSON/],
      ['bytes', () => Uint8Array.from({ length: 300 }, (_, i) => (i * 37) & 0xff), /not JSON/],
      ['terminal commands', () => '\u001b[2J\u001b]0;title\u0007{', /not JSON/],
      ['a cut-off file', () => readFileSync(saved).subarray(0, 400), /unexpected end of file/],
      ['a damaged file', () => damaged(readFileSync(saved)), /incorrect|invalid|header|unexpected/],
      ['cut-off JSON', () => gunzipSync(readFileSync(saved)).subarray(0, 400), /not JSON, or cut off/],
      ['gzipped text', () => gzipSync('hello'), /not JSON/],
      ['other JSON', () => '{"a":1}', /observationVersion: expected 1, found nothing/],
      ['a list', () => '[]', /expected object, found a list/],
      ['null', () => 'null', /expected object, found null/],
      ['a report', () => live.stdout, /this is a report/],
      [
        'a newer one',
        () => changed({ observationVersion: 2 }),
        /observationVersion 2, this halfopen reads version 1/,
      ],
      ['one without namespaces', () => changed({ namespaces: undefined }), /namespaces: .*found nothing/],
      [
        'one with a wrong field',
        () => changed({ host: { hostname: 5 } }),
        /host\.hostname: expected string, found 5/,
      ],
    ];
    const changed = (change: object): string =>
      JSON.stringify({ ...JSON.parse(gunzipSync(readFileSync(saved)).toString('utf8')), ...change });

    it.each(cases)('%s: exit 2, and what is wrong with it', async (name, content, words) => {
      const file = written(`${name}.gz`, content());
      const run = await from(file, '--json');
      expect(run).toMatchObject({ exitCode: 2, stdout: '' });
      expect(run.stderr).toMatch(words);
      expect(run.stderr).toContain(file);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a foreign file must not command the terminal
      expect(run.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
    });

    it.each([
      ['a missing file', '/nonexistent/x.json.gz', /ENOENT/],
      ['a folder', '/proc', /EISDIR/],
    ])('%s: exit 2', async (_name, file, words) => {
      const run = await from(file);
      expect(run).toMatchObject({ exitCode: 2, stdout: '' });
      expect(run.stderr).toMatch(words);
    });
  });

  describe('a place where nothing can be written', () => {
    it.each([
      ['--save', '/nonexistent/x'],
      ['--html', '/nonexistent/x'],
      ['--save', '/proc'],
      ['--html', '/proc/x'],
    ])('%s %s: exit 3 before the window, not after it', async (option, file) => {
      const startedMs = performance.now();
      const run = await runProgram(['doctor', '--netns', sick.name, '--for', '30s', option, file]);
      expect(run).toMatchObject({ exitCode: 3, stdout: '' });
      expect(run.stderr).toMatch(new RegExp(`cannot .* ${file}: .*\\nChoose a path`));
      expect(performance.now() - startedMs).toBeLessThan(10_000);
    });

    it('a folder of somebody else: exit 3, an older file there is untouched', async () => {
      const copy = publicCopy();
      try {
        mkdirSync(at('theirs'));
        writeFileSync(at('theirs/kept'), 'as it was');
        const nobody = await runProgram(
          ['doctor', '--netns', 'self', '--for', '500ms', '--save', at('theirs/kept')],
          {
            before: asNobody,
            program: copy.program,
          },
        );
        expect(nobody).toMatchObject({ exitCode: 3, stdout: '' });
        expect(nobody.stderr).toMatch(/EACCES/);
        expect(readFileSync(at('theirs/kept'), 'utf8')).toBe('as it was');
        expect(readdirSync(at('theirs'))).toEqual(['kept']);
      } finally {
        copy.remove();
      }
    });

    it('a disk that is full: the report is printed all the same, the older file is untouched, no draft is left', async () => {
      mkdirSync(at('small'));
      sick.run('mount', ['-t', 'tmpfs', '-o', 'size=4k,nr_inodes=3', 'halfopen-test', at('small')]);
      try {
        writeFileSync(at('small/kept'), 'x'.repeat(4096));
        const run = await doctor('--json', '--save', at('small/kept'));
        expect(parseReport(JSON.parse(run.stdout)).findings.length).toBeGreaterThan(0);
        expect(run.stderr).toMatch(/cannot save the observation to .*ENOSPC/);
        expect(run.exitCode).toBe(3);
        expect(readFileSync(at('small/kept'), 'utf8')).toBe('x'.repeat(4096));
        expect(readdirSync(at('small'))).toEqual(['kept']);
      } finally {
        sick.run('umount', [at('small')]);
      }
    });
  });

  it('a device stays a device, a link stays a link', async () => {
    const nodes = at('null');
    sick.run('mknod', [nodes, 'c', '1', '3']);
    writeFileSync(at('target'), 'older');
    symlinkSync(at('target'), at('link'));
    chmodSync(at('target'), 0o600);
    const run = await from(saved, '--redact', '--save', nodes, '--html', at('link'));
    expect(run.exitCode).toBe(1);
    expect(statSync(nodes).isCharacterDevice()).toBe(true);
    expect(
      readdirSync(folder, { withFileTypes: true })
        .find((entry) => entry.name === 'link')
        ?.isSymbolicLink(),
    ).toBe(true);
    expect(readFileSync(at('target'), 'utf8')).toMatch(/^<!doctype html>/i);
  });

  describe('--kernel-log', () => {
    it.each(['/nonexistent/kern.log', '/proc'])('%s: exit 2 before the window', async (file) => {
      const startedMs = performance.now();
      const run = await runProgram(['doctor', '--netns', sick.name, '--for', '30s', '--kernel-log', file]);
      expect(run).toMatchObject({ exitCode: 2, stdout: '' });
      expect(run.stderr).toMatch(new RegExp(`cannot read the kernel log from ${file}: `));
      expect(performance.now() - startedMs).toBeLessThan(10_000);
    });

    it('of garbage: no event, no failure', async () => {
      const file = written(
        'kern.log',
        Uint8Array.from({ length: 5000 }, (_, i) => (i * 101) & 0xff),
      );
      const run = await doctor('--json', '--kernel-log', file);
      expect(findingsOf(run)).toEqual(findingsOf(live));
    });
  });
});

/** Ids and causes of the alarms, in order: numbers differ from run to run, and notes come with the age of connections. */
function findingsOf(run: EndedProgram): string[] {
  const report: Report = parseReport(JSON.parse(run.stdout));
  return report.findings
    .filter((finding) => finding.severity !== 'info')
    .map((finding) => `${finding.id} ${finding.severity} ${finding.cause.id}`);
}

function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = 200; at < 260; at++) copy[at] = (copy[at] ?? 0) ^ 0x5a;
  return copy;
}
