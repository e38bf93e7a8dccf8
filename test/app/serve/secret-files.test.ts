import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readTlsFiles, readTokenFile } from '../../../src/app/serve/secret-files.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'halfopen-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(content: string, mode = 0o600): string {
  const file = path.join(folder, `${Math.random()}`);
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
}

describe('a token file', () => {
  it('holds one secret, with or without a line end', () => {
    expect(readTokenFile(fileOf('0123456789abcdef\n'))).toBe('0123456789abcdef');
    expect(readTokenFile(fileOf('0123456789abcdef', 0o400))).toBe('0123456789abcdef');
  });

  it.each([0o640, 0o604, 0o660, 0o644, 0o622, 0o601])(
    'is refused where others may read or write it: %o',
    (mode) => {
      expect(() => readTokenFile(fileOf('0123456789abcdef', mode))).toThrow(
        /others may read it \(mode 06\d\d\)\n.*chmod 600/,
      );
    },
  );

  it.each([
    ['', 'it is empty'],
    ['\n', 'it is empty'],
    ['short', 'can be guessed'],
    ['two words of it here', 'more than one word'],
    ['0123456789abcdef\n0123456789abcdef\n', 'more than one word'],
    ['0123456789äöüabc', 'visible ASCII'],
    ['x'.repeat(2000), 'longer than'],
    ['x'.repeat(300_000), 'too large'],
  ])('is refused: %j', (content, said) => {
    expect(() => readTokenFile(fileOf(content))).toThrow(said);
  });

  it('is a file that is there', () => {
    expect(() => readTokenFile(path.join(folder, 'none'))).toThrow('ENOENT');
    mkdirSync(path.join(folder, 'sub'), { mode: 0o700 });
    expect(() => readTokenFile(path.join(folder, 'sub'))).toThrow('no regular file');
    const pipe = path.join(folder, 'pipe');
    spawnSync('mkfifo', ['-m', '600', pipe]);
    expect(() => readTokenFile(pipe)).toThrow('no regular file');
  });
});

describe('a key', () => {
  it('is nobody else’s to read, a certificate is everybody’s', () => {
    const cert = fileOf('cert', 0o644);
    expect(readTlsFiles(cert, fileOf('key'))).toEqual({ cert: 'cert', key: 'key' });
    expect(() => readTlsFiles(cert, fileOf('key', 0o644))).toThrow('others may read it');
  });
});
