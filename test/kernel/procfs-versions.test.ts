import { describe, expect, it } from 'vitest';
import { parsePairs, parseSnmp6 } from '../../src/kernel/procfs/net-counters.ts';
import { parseNetDev } from '../../src/kernel/procfs/net-dev.ts';
import { parseSoftnetStat } from '../../src/kernel/procfs/softnet-stat.ts';
import { parseTcpTable } from '../../src/kernel/procfs/tcp-table.ts';
import { ok } from '../../src/tcp/reading.ts';
import { recordings } from './recorded-dump.ts';

/** softnet_seq_show() in net/core/net-procfs.c: columns were only ever added at the end. */
describe('softnet_stat of other kernels', () => {
  const row = (...columns: number[]): string =>
    `${columns.map((column) => column.toString(16).padStart(8, '0')).join(' ')}\n`;
  const zeros = (count: number): number[] => Array<number>(count).fill(0);

  it.each([
    ['3 columns: the least that is needed', [7, 2, 5]],
    ['9 columns, up to cpu_collision', [7, 2, 5, 0, 0, 0, 0, 0, 1]],
    ['10 columns, up to received_rps', [7, 2, 5, 0, 0, 0, 0, 0, 1, 3]],
    ['11 columns, up to flow_limit_count', [7, 2, 5, 0, 0, 0, 0, 0, 1, 3, 4]],
  ])('%s: no CPU number, the row stands for it', (_name, columns) => {
    expect(parseSoftnetStat(row(...columns) + row(...columns))).toEqual(
      ok([0, 1].map((cpu) => ({ cpu, processed: 7, dropped: 2, timeSqueeze: 5 }))),
    );
  });

  it.each([
    ['13 columns: backlog length and CPU', 13],
    ['15 columns: the two backlog queues apart', 15],
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

  it('a number right after the colon (old kernels), a name with a colon (an alias)', () => {
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
  it('a group of a later kernel is kept', () => {
    expect(parsePairs('New: A B\nNew: 1 -2\n', 'netstat')).toEqual(ok({ 'New.A': 1, 'New.B': -2 }));
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
