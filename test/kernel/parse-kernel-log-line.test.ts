import { describe, expect, it } from 'vitest';
import { parseKernelLogLine } from '../../src/kernel/kmsg/parse-kernel-log-line.ts';
import { parseLogTime } from '../../src/kernel/kmsg/parse-log-time.ts';
import { parseKmsgRecord } from '../../src/kernel/kmsg/read-kmsg.ts';

describe('parseKernelLogLine: SYN flooding', () => {
  it.each([
    ['possible SYN flooding on port 24224. Sending cookies.', { action: 'cookies', port: 24224 }],
    ['possible SYN flooding on port 80. Dropping request.', { action: 'drop', port: 80 }],
    [
      'TCP: Possible SYN flooding on port 80. Dropping request.  Check SNMP counters.',
      { action: 'drop', port: 80 },
    ],
    ['TCPv6: Possible SYN flooding on port 443. Sending cookies.', { action: 'cookies', port: 443 }],
    [
      'TCP: request_sock_TCP: Possible SYN flooding on port 443. Sending cookies.  Check SNMP counters.',
      { action: 'cookies', port: 443 },
    ],
    [
      'TCP: request_sock_TCP: Possible SYN flooding on port 0.0.0.0:443. Sending cookies.',
      { action: 'cookies', address: '0.0.0.0', port: 443 },
    ],
    [
      'TCP: request_sock_TCPv6: Possible SYN flooding on port [::]:9002. Dropping request.',
      { action: 'drop', address: '::', port: 9002 },
    ],
    [
      'TCP: request_sock_TCPv6: Possible SYN flooding on port [fd00:88::2]:9002. Sending cookies.',
      { action: 'cookies', address: 'fd00:88::2', port: 9002 },
    ],
    ['request_sock_subflow_v4: Possible SYN flooding on port 10.0.0.1:80.', { action: 'unknown', port: 80 }],
  ])('%s', (line, expected) => {
    expect(parseKernelLogLine(line)).toMatchObject({ kind: 'syn-flooding', ...expected });
  });

  it('leaves the address out where the kernel did not print one', () => {
    expect(parseKernelLogLine('TCP: Possible SYN flooding on port 80. Sending cookies.')).toStrictEqual({
      kind: 'syn-flooding',
      action: 'cookies',
      port: 80,
    });
  });
});

describe('parseKernelLogLine: everything else', () => {
  it.each([
    ['ip_conntrack: table full, dropping packet.', { kind: 'conntrack-full' }],
    ['nf_conntrack: table full, dropping packet', { kind: 'conntrack-full' }],
    ['nf_conntrack: nf_conntrack: table full, dropping packet', { kind: 'conntrack-full' }],
    [
      'nf_conntrack: nf_conntrack: table full in netns 4026532177, dropping packet',
      { kind: 'conntrack-full', namespaceInode: 4026532177 },
    ],
    ['TCP: too many orphaned sockets', { kind: 'orphans' }],
    ['TCP: too many of orphaned sockets', { kind: 'orphans' }],
    ['TCP: out of memory -- consider tuning tcp_mem', { kind: 'tcp-memory' }],
    ['TCP: time wait bucket table overflow', { kind: 'time-wait-overflow' }],
  ])('%s', (line, expected) => {
    expect(parseKernelLogLine(line)).toStrictEqual(expected);
  });

  it.each([
    '',
    'nf_conntrack: expectation table full',
    'Out of memory: Killed process 812 (ruby)',
    'net_ratelimit: 6 callbacks suppressed',
    'Possible SYN flooding on port .',
    // A program that quotes the kernel.
    'Nov 20 09:20:01 host logwatch[812]: saw "TCP: Possible SYN flooding on port 80. Sending cookies."',
  ])('not: %s', (line) => {
    expect(parseKernelLogLine(line)).toBeUndefined();
  });
});

describe('parseKernelLogLine: prefixes', () => {
  const message = 'TCP: request_sock_TCP: Possible SYN flooding on port 0.0.0.0:443. Sending cookies.';
  it.each([
    'Nov 20 09:20:01 host kernel: [12345.678901] ',
    'Nov 20 09:20:01 host kern.info kernel: [12345.678901] ',
    'Nov 20 09:20:01 host kernel: ',
    '2026-11-20T09:20:01.123456+01:00 host kernel: [12345.678901] ',
    '2026-11-20T09:20:01,123456+01:00 ',
    '[12345.678] ',
    '[12345.678901] host kernel: ',
    '[12345.678901][  T812] ',
    '<6>[12345.678901] ',
    'kern  :info  : [12345.678901] ',
    '[Fri Nov 20 09:20:01 2026] ',
  ])('%s', (prefix) => {
    expect(parseKernelLogLine(prefix + message)).toMatchObject({ kind: 'syn-flooding', port: 443 });
  });
});

describe('parseLogTime', () => {
  const local = (...parts: [number, number, number, number, number, number]): number =>
    new Date(...parts).getTime();
  const now = local(2026, 10, 20, 12, 0, 0);

  it.each([
    ['2026-11-20T09:20:01.123456+01:00 host kernel: x', Date.UTC(2026, 10, 20, 8, 20, 1, 123)],
    ['2026-11-20T09:20:01+0100 host kernel: x', Date.UTC(2026, 10, 20, 8, 20, 1)],
    ['2026-11-20T09:20:01,5+00:00 x', Date.UTC(2026, 10, 20, 9, 20, 1, 500)],
    ['2026-11-20 09:20:01Z host kernel: x', Date.UTC(2026, 10, 20, 9, 20, 1)],
    ['2026-11-20 09:20:01 host kernel: x', local(2026, 10, 20, 9, 20, 1)],
    ['[Fri Nov 20 09:20:01 2026] TCP: x', local(2026, 10, 20, 9, 20, 1)],
    ['<6>[Fri Nov  6 09:20:01 2026] TCP: x', local(2026, 10, 6, 9, 20, 1)],
    ['Nov 20 09:20:01 host kernel: x', local(2026, 10, 20, 9, 20, 1)],
    ['Nov  6 09:20:01 host kernel: x', local(2026, 10, 6, 9, 20, 1)],
    ['<6>Nov 20 09:20:01 host kernel: x', local(2026, 10, 20, 9, 20, 1)],
  ])('%s', (line, expected) => {
    expect(parseLogTime(line, now)).toBe(expected);
  });

  it('takes the latest year that is not in the future', () => {
    expect(parseLogTime('Dec 31 23:59:59 host kernel: x', now)).toBe(local(2025, 11, 31, 23, 59, 59));
    expect(parseLogTime('Feb 29 01:02:03 host kernel: x', now)).toBe(local(2024, 1, 29, 1, 2, 3));
  });

  it('looks back over the turn of the year', () => {
    expect(parseLogTime('Dec 31 23:59:59 host kernel: x', local(2027, 0, 1, 0, 0, 5))).toBe(
      local(2026, 11, 31, 23, 59, 59),
    );
    // One second ahead of our clock is not a year ago.
    expect(parseLogTime('Jan  1 00:00:00 host kernel: x', local(2026, 11, 31, 23, 59, 59))).toBe(
      local(2027, 0, 1, 0, 0, 0),
    );
  });

  it.each([
    '[12345.678901] TCP: x',
    'TCP: x',
    '',
    'Foo 20 09:20:01 x',
    'Feb 30 09:20:01 x',
    '2026-13-41T25:61:61 x',
  ])('no date: %s', (line) => {
    expect(parseLogTime(line, now)).toBeUndefined();
  });
});

describe('parseKmsgRecord', () => {
  it('reads priority, sequence, time and message, and leaves the dictionary', () => {
    expect(
      parseKmsgRecord('6,339,5140900,-,caller=T1;NET: Registered\n SUBSYSTEM=net\n DEVICE=n1\n'),
    ).toStrictEqual({
      facility: 0,
      sequence: 339,
      bootUs: 5140900,
      message: 'NET: Registered',
    });
  });

  it('tells what a program wrote from what the kernel wrote', () => {
    expect(parseKmsgRecord('14,340,5140901,-;TCP: too many orphaned sockets\n')?.facility).toBe(1);
  });

  it('undoes escapes', () => {
    expect(parseKmsgRecord('4,1,2,c;a\\x5cb\\x09c\n')?.message).toBe('a\\b\tc');
  });

  it.each(['', 'hello', '6,339;x', ' SUBSYSTEM=net'])('not a record: %j', (text) => {
    expect(parseKmsgRecord(text)).toBeUndefined();
  });
});
