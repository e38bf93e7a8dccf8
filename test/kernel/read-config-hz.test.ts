import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfigHz } from '../../src/kernel/config/read-config-hz.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'halfopen-config-'));
  mkdirSync(path.join(root, 'proc'));
  mkdirSync(path.join(root, 'boot'));
});
afterEach(() => rmSync(root, { recursive: true }));

const config = (hz: number): string =>
  `# CONFIG_HZ_100 is not set\nCONFIG_HZ_${hz}=y\nCONFIG_HZ=${hz}\nCONFIG_NET=y\n`;

describe('readConfigHz', () => {
  it('reads /proc/config.gz', () => {
    writeFileSync(path.join(root, 'proc/config.gz'), gzipSync(config(1000)));
    expect(readConfigHz('6.1.0', root)).toBe(1000);
  });

  it('else /boot/config-RELEASE', () => {
    writeFileSync(path.join(root, 'boot/config-6.1.0-13-amd64'), config(250));
    expect(readConfigHz('6.1.0-13-amd64', root)).toBe(250);
    expect(readConfigHz('6.1.0-14-amd64', root)).toBeUndefined();
  });

  it('a damaged file is none', () => {
    writeFileSync(path.join(root, 'proc/config.gz'), 'not gzip');
    expect(readConfigHz('6.1.0', root)).toBeUndefined();
    writeFileSync(path.join(root, 'boot/config-6.1.0'), 'CONFIG_NET=y\n');
    expect(readConfigHz('6.1.0', root)).toBeUndefined();
  });
});
