import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConntrackStat } from '../../src/kernel/procfs/conntrack.ts';
import {
  parsePairs,
  parseSnmp6,
  parseSockstat,
  readNetCounters,
  readSockstat,
} from '../../src/kernel/procfs/net-counters.ts';
import { parseNetDev, readNetDev } from '../../src/kernel/procfs/net-dev.ts';
import { readProcFile } from '../../src/kernel/procfs/read-proc-file.ts';
import { parseSoftnetStat } from '../../src/kernel/procfs/softnet-stat.ts';
import { parseTcpTable, readTcpTable } from '../../src/kernel/procfs/tcp-table.ts';
import { readSysctl, readSysctls } from '../../src/kernel/sysctl/read-sysctls.ts';
import { ok, type Reading } from '../../src/tcp/reading.ts';
import { recordings } from './recorded-dump.ts';

const parsers: Readonly<Record<string, (text: string) => Reading<unknown>>> = {
  netstat: (text) => parsePairs(text, 'netstat'),
  snmp: (text) => parsePairs(text, 'snmp'),
  snmp6: parseSnmp6,
  sockstat: parseSockstat,
  sockstat6: parseSockstat,
  softnet_stat: parseSoftnetStat,
  dev: parseNetDev,
  tcp: (text) => parseTcpTable(text, 'ipv4'),
  tcp6: (text) => parseTcpTable(text, 'ipv6'),
  'stat/nf_conntrack': parseConntrackStat,
};
const texts = recordings().flatMap(({ name, netDirectory }) =>
  Object.keys(parsers).map((file) => ({
    name,
    file,
    text: readFileSync(path.join(netDirectory, file), 'latin1'),
  })),
);

describe.each(texts)('$file of $name', ({ file, text }) => {
  const parse = parsers[file] ?? (() => ok(undefined));

  it('is understood', () => {
    expect(parse(text)).toMatchObject({ status: 'ok' });
  });

  it('cut off at any character: understood up to there, or the place of the cut and what was found there', () => {
    for (let length = 0; length < text.length; length += text.length > 5000 ? 7 : 1) {
      const reading = parse(text.slice(0, length));
      if (reading.status === 'ok') continue;
      expect(reading).toMatchObject({ status: 'malformed', at: expect.stringMatching(/^line \d+$/) });
      expect(reading.status === 'malformed' && reading.got.length).toBeLessThanOrEqual(120);
    }
  });

  it('with characters changed: never throws, never a number that is none', () => {
    const change = fc.record({
      at: fc.nat(text.length - 1),
      by: fc.constantFrom(' ', '\n', ':', '-', 'x', 'g', '0', 'F', '9', '\u0000', '.', 'é'),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        let damaged = text;
        for (const { at, by } of changes) damaged = damaged.slice(0, at) + by + damaged.slice(at + 1);
        const reading = parse(damaged);
        expect(['ok', 'malformed']).toContain(reading.status);
        expect(numbersIn(reading).filter((number) => !Number.isFinite(number))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['nothing', ''],
    ['an empty line', '\n'],
    ['another text', 'Permission denied\n'],
    ['JSON', '{"a": [1, 2]}\n'],
    ['bytes', '\u0000\u0001\u0002\u00ff\n\u0000\n'],
  ])('is not taken for itself: %s', (_what, other) => {
    const reading = parse(other);
    // Nothing but white space is a list of nothing where there is no heading.
    const empty =
      (file === 'snmp6' && other.trim() === '') || (file.startsWith('sockstat') && other === '\n');
    expect(reading.status).toBe(empty ? 'ok' : 'malformed');
  });
});

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

describe('files that are missing or not to be read', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'halfopen-procfs-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const netDirectory = (files: Readonly<Record<string, string>>): string => {
    const made = path.join(folder, String(readdirSync(folder).length));
    mkdirSync(made);
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(made, name), text);
    return made;
  };
  const snmp = 'Tcp: A\nTcp: 1\n';

  it('a kernel without IPv6 has no snmp6, sockstat6, tcp6: the rest is read', () => {
    const directory = netDirectory({
      snmp,
      netstat: 'TcpExt: B\nTcpExt: 2\n',
      sockstat: 'TCP: inuse 3\n',
      tcp: '  sl  x\n',
    });
    expect(readNetCounters(directory)).toEqual(ok({ 'Tcp.A': 1, 'TcpExt.B': 2 }));
    expect(readSockstat(directory)).toEqual(ok({ 'TCP.inuse': 3 }));
    expect(readTcpTable(directory)).toEqual(ok([]));
  });

  it('a damaged snmp6 costs its own counters only', () => {
    const directory = netDirectory({ snmp, netstat: 'TcpExt: B\nTcpExt: 2\n', snmp6: 'nonsense\n' });
    expect(readNetCounters(directory)).toEqual(ok({ 'Tcp.A': 1, 'TcpExt.B': 2 }));
  });

  it('without the main file: unsupported, and what would have it', () => {
    const directory = netDirectory({ snmp });
    expect(readNetCounters(directory)).toMatchObject({
      status: 'unsupported',
      source: `${directory}/netstat`,
    });
    expect(readNetDev(directory)).toMatchObject({ status: 'unsupported', source: `${directory}/dev` });
    expect(readTcpTable(directory)).toMatchObject({ status: 'unsupported' });
  });

  it('a folder in place of the file: malformed with the words of the kernel', () => {
    mkdirSync(path.join(folder, 'odd/dev'), { recursive: true });
    expect(readNetDev(path.join(folder, 'odd'))).toMatchObject({
      status: 'malformed',
      at: 'open',
      got: expect.stringContaining('EISDIR'),
    });
  });

  it.runIf(process.platform === 'linux')(
    'a process that has ended: absent, not "unsupported by this kernel" (runs on Linux only)',
    () => {
      const pid = 4_194_303; // PID_MAX_LIMIT - 1: next to never given out
      const reading = readProcFile(`/proc/${pid}/net/snmp`, 'all kernels', (text) => ok(text));
      expect(reading).toEqual({
        status: 'absent',
        source: `/proc/${pid}/net/snmp`,
        because: 'the process went away',
      });
    },
  );

  it('sysctls: what is missing is left out, white space is one blank', () => {
    mkdirSync(path.join(folder, 'sys/net/core'), { recursive: true });
    writeFileSync(path.join(folder, 'sys/net/core/somaxconn'), '4096\n');
    writeFileSync(path.join(folder, 'sys/net/core/pair'), '32768\t60999\n');
    const root = path.join(folder, 'sys');
    expect(readSysctls(['net.core.somaxconn', 'net.core.pair', 'net.core.none'], root)).toEqual(
      ok({ 'net.core.somaxconn': '4096', 'net.core.pair': '32768 60999' }),
    );
    expect(readSysctl('net.core', root)).toBeUndefined();
  });
});
