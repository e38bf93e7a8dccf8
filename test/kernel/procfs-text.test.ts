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
  ])('%s is no %s', (_what, other) => {
    const reading = parse(other);
    // snmp6, sockstat and dev may list nothing at all.
    const empty = other.trim() === '' && ['snmp6', 'sockstat', 'sockstat6', 'dev'].includes(file);
    expect(reading.status).toBe(empty ? 'ok' : 'malformed');
  });
});

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

/** After net/core/net-procfs.c of the kernels named: columns were only ever added at the end. */
describe('softnet_stat of other kernels', () => {
  const row = (...columns: number[]): string =>
    `${columns.map((column) => column.toString(16).padStart(8, '0')).join(' ')}\n`;
  const zeros = (count: number): number[] => Array<number>(count).fill(0);

  it.each([
    ['3 columns: the least that is needed', [7, 2, 5]],
    ['9 columns: 2.6', [7, 2, 5, 0, 0, 0, 0, 0, 1]],
    ['10 columns: received_rps, 2.6.35', [7, 2, 5, 0, 0, 0, 0, 0, 1, 3]],
    ['11 columns: flow_limit_count, 3.11', [7, 2, 5, 0, 0, 0, 0, 0, 1, 3, 4]],
  ])('%s: no CPU number, the row stands for it', (_name, columns) => {
    expect(parseSoftnetStat(row(...columns) + row(...columns))).toEqual(
      ok([0, 1].map((cpu) => ({ cpu, processed: 7, dropped: 2, timeSqueeze: 5 }))),
    );
  });

  it.each([
    ['13 columns: backlog length and CPU, 5.10', 13],
    ['15 columns: input_qlen and process_qlen, 6.2', 15],
    ['16 columns: of a later kernel', 16],
  ])('%s', (_name, count) => {
    const columns = [7, 2, 5, ...zeros(9), 3, ...zeros(count - 13)];
    expect(parseSoftnetStat(row(...columns))).toEqual(
      ok([{ cpu: 3, processed: 7, dropped: 2, timeSqueeze: 5 }]),
    );
  });

  it('counters beyond 32 bits', () => {
    expect(parseSoftnetStat('1ffffffff 00000000 00000000\n')).toMatchObject({
      value: [{ processed: 0x1_ffff_ffff }],
    });
  });

  it.each([
    ['2 columns', row(1, 2)],
    ['a minus', '-0000001 00000000 00000000\n'],
    ['capitals', '0000000A 00000000 00000000\n'],
  ])('%s: malformed', (_name, text) => {
    expect(parseSoftnetStat(row(1, 2, 3) + text)).toMatchObject({ status: 'malformed', at: 'line 2' });
  });
});

describe('/proc/net/dev', () => {
  const heading = 'Inter-| Receive\n face |bytes\n';
  const columns = '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16';

  it('a number right after the colon (kernels before 2.6.38), a name with a colon (an alias)', () => {
    const reading = parseNetDev(`${heading}  eth0:${columns}\neth0:1: ${columns}\n`);
    expect(reading).toMatchObject({
      value: [
        {
          name: 'eth0',
          received: { bytes: 1, packets: 2, errors: 3, dropped: 4, fifo: 5 },
          sent: { bytes: 9, dropped: 12 },
        },
        { name: 'eth0:1' },
      ],
    });
  });

  it.each([
    ['15 columns', `eth0: ${columns.slice(0, -3)}`],
    ['no colon', `eth0 ${columns}`],
    ['a word', `eth0: ${columns.replace('7', 'seven')}`],
    ['1e3', `eth0: ${columns.replace('7', '1e3')}`],
  ])('%s: malformed', (_name, line) => {
    expect(parseNetDev(`${heading}${line}\n`)).toEqual({
      status: 'malformed',
      source: '/proc/net/dev',
      at: 'line 3',
      got: line,
    });
  });
});

describe('netstat and snmp', () => {
  it('a group of a later kernel is kept, a group without counters as well', () => {
    expect(parsePairs('New: A B\nNew: 1 -2\nNone:\nNone:\n', 'netstat')).toEqual(
      ok({ 'New.A': 1, 'New.B': -2 }),
    );
  });

  it.each([
    ['a value missing', 'Tcp: A B\nTcp: 1\n', 'line 1'],
    ['a value too many', 'Tcp: A\nTcp: 1 2\n', 'line 1'],
    ['another group', 'Tcp: A\nUdp: 1\n', 'line 1'],
    ['no values', 'Tcp: A\nTcp: 1\nUdp: A\n', 'line 3'],
    ['a word', 'Tcp: A\nTcp: one\n', 'line 2'],
    ['two spaces', 'Tcp: A B\nTcp:  1\n', 'line 2'],
    ['hexadecimal', 'Tcp: A\nTcp: 0x10\n', 'line 2'],
  ])('%s: malformed', (_name, text, at) => {
    expect(parsePairs(text, 'snmp')).toMatchObject({ status: 'malformed', source: '/proc/net/snmp', at });
  });

  it('snmp6: a group of a later kernel is kept', () => {
    expect(parseSnmp6('Ip6InReceives   \t5\nQuic6InErrors 6\n')).toEqual(
      ok({ 'Ip6.InReceives': 5, 'Quic6.InErrors': 6 }),
    );
    expect(parseSnmp6('Ip6InReceives\n')).toMatchObject({ status: 'malformed', at: 'line 1' });
  });
});

describe('/proc/net/tcp', () => {
  const heading = '  sl  local_address rem_address   st\n';
  const line =
    '   0: 0100007F:1F90 0200000A:C350 01 0000000A:00000005 01:00000019 00000002  1000        0 4242 1 0000000000000000 20';

  it.runIf(recordings()[0]?.meta.endianness === 'LE')(
    'every column (addresses are words in host order: little-endian here)',
    () => {
      expect(parseTcpTable(`${heading}${line}\n`, 'ipv4')).toEqual(
        ok([
          {
            cookie: '0100007F:1F90-0200000A:C350-4242',
            family: 'ipv4',
            state: 'ESTABLISHED',
            localAddress: '127.0.0.1',
            localPort: 8080,
            remoteAddress: '10.0.0.2',
            remotePort: 50_000,
            boundInterface: 0,
            timer: 'retransmit',
            timerExpiresMs: 250,
            retransmits: 2,
            receiveQueue: 5,
            sendQueue: 10,
            uid: 1000,
            inode: 4242,
          },
        ]),
      );
    },
  );

  it('a state and a timer of a later kernel are kept as unknown', () => {
    const later = line.replace(' 01 ', ' 0D ').replace('01:00000019', '07:00000019');
    expect(parseTcpTable(`${heading}${later}\n`, 'ipv4')).toMatchObject({
      value: [{ state: 'UNKNOWN', timer: 'none' }],
    });
  });

  it.each([
    ['an IPv6 row in the IPv4 table', line.replace('0100007F', '0'.repeat(32))],
    ['a port of five digits', line.replace('1F90', '11F90')],
    ['no inode', line.slice(0, line.indexOf(' 4242'))],
    ['a cut-off inode', line.slice(0, line.indexOf('42 1'))],
    ['a word for a number', line.replace('1000', 'root')],
  ])('%s: malformed, with the line', (_name, wrong) => {
    expect(parseTcpTable(`${heading}${line}\n${wrong}\n`, 'ipv4')).toMatchObject({
      status: 'malformed',
      at: 'line 3',
      got: wrong.slice(0, 120),
    });
  });
});

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
