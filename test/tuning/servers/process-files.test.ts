import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foreignProcess } from '../../../src/tuning/apply/check-configuration.ts';
import { globMatcher } from '../../../src/tuning/servers/glob-pattern.ts';
import { processFiles } from '../../../src/tuning/servers/process-files.ts';
import { readServerProcess } from '../../../src/tuning/servers/read-server-process.ts';
import { absolutePath, optionValues } from '../../../src/tuning/servers/server-process.ts';

/** A root that is not ours: /etc/site -> /etc/real must lead to its own /etc/real. */
let root = '';
const write = (name: string, text: string | Uint8Array): void => {
  mkdirSync(path.dirname(root + name), { recursive: true });
  writeFileSync(root + name, text);
};
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'halfopen-root-'));
  write('/etc/real/a.conf', 'a\n');
  write('/etc/real/b.conf', 'b\n');
  write('/etc/real/.hidden.conf', 'no\n');
  write('/etc/real/sub/c.conf', 'c\n');
  write('/etc/latin1.conf', Uint8Array.of(0x61, 0xe4, 0x0a));
  write('/etc/zero.conf', 'a\0b');
  symlinkSync('/etc/real', `${root}/etc/site`);
  symlinkSync('../real/a.conf', `${root}/etc/real/sub/up.conf`);
  symlinkSync('a.conf', `${root}/etc/real/link.conf`);
  symlinkSync('../../../../../../../../etc/real/b.conf', `${root}/etc/above.conf`);
  symlinkSync('loop.conf', `${root}/etc/loop.conf`);
  symlinkSync('/nowhere', `${root}/etc/dangling.conf`);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the files of a process', () => {
  it.each([
    ['a file', '/etc/real/a.conf', '/etc/real/a.conf', 'a\n'],
    ['an absolute link counts from its root', '/etc/site/a.conf', '/etc/real/a.conf', 'a\n'],
    ['a relative link', '/etc/real/link.conf', '/etc/real/a.conf', 'a\n'],
    ['".." does not lead out of its root', '/etc/above.conf', '/etc/real/b.conf', 'b\n'],
    ['bytes that are no UTF-8', '/etc/latin1.conf', '/etc/latin1.conf', 'aä\n'],
    ['dots and doubled slashes', '//etc/./site/sub/../b.conf', '/etc/real/b.conf', 'b\n'],
  ])('%s', (_name, asked, real, text) => {
    expect(processFiles(root).read(asked)).toEqual({ path: real, text });
  });

  it.each([
    ['/etc/none.conf', 'missing'],
    ['/etc/dangling.conf', 'missing'],
    ['/etc/real/a.conf/x', 'missing'],
    ['/etc/real', 'directory'],
    ['/etc/loop.conf', 'unreadable'],
    ['/etc/zero.conf', 'unreadable'],
  ])('%s: %s', (asked, failure) => {
    expect(processFiles(root).read(asked)).toMatchObject({ failure });
  });

  it.each([
    ['/etc/site/*.conf', ['/etc/site/a.conf', '/etc/site/b.conf', '/etc/site/link.conf']],
    ['/etc/re*/[ab].conf', ['/etc/real/a.conf', '/etc/real/b.conf']],
    ['/etc/real/*/?.conf', ['/etc/real/sub/c.conf']],
    ['/etc/none/*.conf', []],
  ])('%s', (pattern, expected) => {
    expect(processFiles(root).list(pattern)).toEqual(expected);
  });
});

describe('patterns', () => {
  it.each([
    ['*.conf', 'a.conf', true],
    ['*.conf', '.a.conf', false],
    ['*.conf', 'a.conf.bak', false],
    ['[!a]?.c', 'bx.c', true],
    ['[!a]?.c', 'ax.c', false],
    ['[]a]', ']', true],
    ['a+(b)', 'a+(b)', true],
    ['\\*', '*', true],
    ['\\*', 'x', false],
  ])('%s and %s: %s', (pattern, name, fits) => {
    expect(globMatcher(pattern)(name)).toBe(fits);
  });
});

describe('a process as it was started', () => {
  it('this one', () => {
    const read = readServerProcess(process.pid);
    expect(read).toMatchObject({
      status: 'ok',
      value: { executable: process.execPath, workingDirectory: process.cwd() },
    });
    expect(read.status === 'ok' && read.value.environment.PATH).toBe(process.env.PATH);
  });

  it.each([
    ['bash', 'a worker leads to its master', 0],
    ['python3', 'an interpreter above another is another program', 1],
  ])('%s: %s', async (command, _why, expected) => {
    const script = {
      bash: `echo $$; bash -c 'echo $$; read'; true`,
      python3: `import os,subprocess,sys
print(os.getpid(), flush=True)
subprocess.run([sys.executable, '-c', 'import os; print(os.getpid(), flush=True); input()'])`,
    }[command];
    const child = spawn(command, ['-c', script ?? ''], { stdio: ['pipe', 'pipe', 'ignore'] });
    try {
      let printed = '';
      for await (const text of child.stdout) {
        printed += text;
        if (printed.trim().split('\n').length === 2) break;
      }
      const pids = printed.trim().split('\n').map(Number);
      expect(readServerProcess(pids[1] ?? 0)).toMatchObject({ status: 'ok', value: { pid: pids[expected] } });
    } finally {
      // Both wait for the end of their input.
      child.stdin.end();
    }
  });

  it.skipIf(process.getuid?.() !== 0)(
    'in a chroot: its own paths, and its programs are not run',
    async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'halfopen-chroot-'));
      const script = `mount --rbind / "$1" && cd "$1/usr" && exec chroot "$1" sh -c 'cd /usr; echo; read line'`;
      const child = spawn('unshare', ['--mount', 'sh', '-c', script, 'sh', folder], {
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      try {
        await once(child.stdout, 'data');
        const read = readServerProcess(child.pid ?? 0);
        expect(read).toMatchObject({
          status: 'ok',
          value: { executable: realpathSync('/bin/sh'), workingDirectory: '/usr' },
        });
        expect(foreignProcess(child.pid ?? 0)).toContain(`lives in a chroot, ${folder}`);
        expect(foreignProcess(process.pid)).toBeUndefined();
      } finally {
        child.stdin.end();
        await once(child, 'close');
        // Empty here: what is mounted over it was seen inside only.
        rmdirSync(folder);
      }
    },
  );

  it('one that is gone', () => {
    expect(readServerProcess(2 ** 30)).toMatchObject({ status: 'absent' });
  });

  it('options in every form', () => {
    const words = ['x', '-f', 'a', '-fb', '--file', 'c', '--file=d', '--filed', '-g', '-f'];
    expect(optionValues(words, '-f', '--file')).toEqual(['a', 'b', 'c', 'd']);
  });

  it('paths', () => {
    expect(absolutePath('/srv/web', '../a/./b//c')).toBe('/srv/a/b/c');
    expect(absolutePath('/srv', '/etc/x')).toBe('/etc/x');
  });
});
