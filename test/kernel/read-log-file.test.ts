import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/base/errors.ts';
import { readLogFile } from '../../src/kernel/kmsg/read-log-file.ts';

const now = new Date(2026, 10, 20, 12, 0, 0).getTime();
let folder = '';
const write = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'halfopen-log-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const syslog = [
  'Nov 20 09:20:00 host sshd[812]: Accepted publickey',
  'Nov 20 09:20:01 host kernel: [12345.678901] TCP: request_sock_TCP: Possible SYN flooding on port 0.0.0.0:443. Sending cookies.',
  'Nov 20 09:20:02 host kernel: [12346.678901] nf_conntrack: nf_conntrack: table full, dropping packet\r',
  'TCP: too many orphaned sockets',
].join('\n');

describe('readLogFile', () => {
  it('finds the events of a plain file, the last line without newline included', async () => {
    const path = write('syslog', syslog);
    const windowStart = new Date(2026, 10, 20, 9, 20, 2).getTime();
    expect(await readLogFile(path, now, windowStart)).toStrictEqual([
      {
        kind: 'syn-flooding',
        action: 'cookies',
        address: '0.0.0.0',
        port: 443,
        atMs: new Date(2026, 10, 20, 9, 20, 1).getTime(),
        inWindow: false,
        source: path,
        line: syslog.split('\n')[1],
      },
      {
        kind: 'conntrack-full',
        atMs: windowStart,
        inWindow: true,
        source: path,
        line: 'Nov 20 09:20:02 host kernel: [12346.678901] nf_conntrack: nf_conntrack: table full, dropping packet',
      },
      { kind: 'orphans', inWindow: false, source: path, line: 'TCP: too many orphaned sockets' },
    ]);
  });

  it('reads a gzipped file, whatever its name', async () => {
    const plain = await readLogFile(write('plain', syslog), now);
    const zipped = await readLogFile(write('kern.log.2', gzipSync(syslog)), now);
    expect(zipped.map((event) => event.line)).toStrictEqual(plain.map((event) => event.line));
  });

  it('keeps the last 1,000 events of a long file', async () => {
    const lines = Array.from(
      { length: 1500 },
      (_, at) => `TCP: Possible SYN flooding on port ${at}. Sending cookies.\n`,
    );
    const events = await readLogFile(write('long', lines.join('')), now);
    expect(events.map((event) => event.port)).toStrictEqual(
      Array.from({ length: 1000 }, (_, at) => 500 + at),
    );
  });

  it('survives megabytes without a newline, and what follows them', async () => {
    const path = write('binary', Buffer.concat([Buffer.alloc(5_000_000, 0x41), Buffer.from(`\n${syslog}`)]));
    expect(await readLogFile(path, now)).toHaveLength(3);
  });

  it('says what is wrong with a missing file and with a folder', async () => {
    const expected = { name: 'HalfopenError', exitCode: exitCodes.usage };
    await expect(readLogFile(join(folder, 'missing'), now)).rejects.toMatchObject(expected);
    await expect(readLogFile(join(folder, 'missing'), now)).rejects.toThrow(
      /cannot open the log file .*ENOENT/,
    );
    await expect(readLogFile(folder, now)).rejects.toMatchObject(expected);
  });

  it('does not pass a torn gzip file off as a short one', async () => {
    const path = write('torn.gz', gzipSync(syslog.repeat(100)).subarray(0, 120));
    await expect(readLogFile(path, now)).rejects.toMatchObject({ exitCode: exitCodes.cannotObserve });
  });
});
