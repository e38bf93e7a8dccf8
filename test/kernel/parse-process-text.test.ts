import { describe, expect, it } from 'vitest';
import { parseSyscallLine } from '../../src/kernel/processes/blocking-calls.ts';
import { cgroupFolders, parseCgroupMounts } from '../../src/kernel/processes/cgroup-folders.ts';
import { cpuShares } from '../../src/kernel/processes/cpu-time.ts';
import {
  parseCommandLine,
  parseDescriptorLimit,
  parseEffectiveUid,
  parseSchedstatLine,
  parseStatLine,
} from '../../src/kernel/processes/parse-proc-stat.ts';
import { parseCgroupFile } from '../../src/kernel/processes/process-cgroup.ts';

describe('parseStatLine', () => {
  // From Linux 6.18; only the name is changed.
  const stat = (name: string): string =>
    `4730 (${name}) S 4729 4730 4730 0 -1 4194560 1234 5678 0 0 12 34 5 6 20 0 3 0 71234 4567040 896 18446744073709551615 1 1 0\n`;

  it.each(['bash', 'a) R 1 (b', 'tmux: server', '((sd-pam))', ''])(
    'finds the fields behind the name %j',
    (name) => {
      expect(parseStatLine(stat(name))).toStrictEqual({
        name,
        state: 'S',
        parentPid: 4729,
        threads: 3,
        cpuTicks: 46,
        startTicks: 71234,
      });
    },
  );

  it('does not let a name steer a terminal', () => {
    expect(parseStatLine(stat('\x1b[2J\nx'))?.name).toBe('?[2J?x');
  });

  it.each(['', '4730 bash S', '4730 (bash)', '4730 (bash) S 1'])('%j is no stat line', (text) => {
    expect(parseStatLine(text)).toBeUndefined();
  });
});

describe('small files of a process', () => {
  it('schedstat: all zeros is a kernel that does not count', () => {
    expect(parseSchedstatLine('1203723 375318 3\n')).toStrictEqual({ ranNs: 1203723, waitedNs: 375318 });
    expect(parseSchedstatLine('0 0 0\n')).toBeUndefined();
  });

  it('limits', () => {
    const limits = (soft: string): string =>
      `Max processes             95893                95893                processes \nMax open files            ${soft}                1048576              files     \n`;
    expect(parseDescriptorLimit(limits('1024'))).toBe(1024);
    expect(parseDescriptorLimit(limits('unlimited'))).toBeUndefined();
  });

  it('status: the effective uid', () => {
    expect(parseEffectiveUid('Name:\tping\nUid:\t1000\t0\t0\t0\nGid:\t5\t5\t5\t5\n')).toBe(0);
  });

  it('cmdline: NUL between arguments, cut at 300 characters', () => {
    expect(parseCommandLine('nginx\0-g\0daemon off;\0')).toBe('nginx -g daemon off;');
    expect(parseCommandLine('x'.repeat(1000))).toHaveLength(300);
    expect(parseCommandLine('')).toBe('');
  });
});

describe('cpuShares', () => {
  it('uses nanoseconds where both ends have them', () => {
    const before = { exact: { ranNs: 1e9, waitedNs: 0 }, ticks: 5 };
    const after = { exact: { ranNs: 1.25e9, waitedNs: 5e8 }, ticks: 500 };
    expect(cpuShares(before, after, 1000)).toStrictEqual({ cpuShare: 0.25, runQueueWaitShare: 0.5 });
  });

  it('falls back to ticks of 10 ms, of which it does not make up a beginning', () => {
    expect(cpuShares({ ticks: 10 }, { ticks: 60 }, 1000).cpuShare).toBe(0.5);
    expect(cpuShares({}, { ticks: 60 }, 1000).cpuShare).toBe(0);
    expect(cpuShares({ ticks: 0 }, { ticks: 60 }, 0).cpuShare).toBe(0);
  });
});

describe('cgroups', () => {
  const pid = parseCgroupFile('9:name=systemd:/\n4:memory:/jobs/a\n2:cpu,cpuacct:/jobs/b\n0::/\n');

  it('takes the path that says something', () => {
    expect(pid.path).toBe('/jobs/a');
    expect(parseCgroupFile('0::/system.slice/nginx.service\n').path).toBe('/system.slice/nginx.service');
    expect(parseCgroupFile('0::/\n').path).toBe('/');
    expect(parseCgroupFile('').path).toBe('/');
  });

  const mounts = parseCgroupMounts(
    [
      '31 27 0:27 / /sys/fs/cgroup/cpu rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct',
      '32 27 0:28 / /sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer',
      '33 27 0:29 /jobs /mnt/with\\040blank rw,relatime - cgroup2 cgroup2 rw',
      '22 27 0:21 / /proc rw,relatime - proc proc rw',
      '',
    ].join('\n'),
  );

  it('finds the folder and its parents', () => {
    expect(cgroupFolders(mounts, pid, 'cpu')).toStrictEqual([
      '/sys/fs/cgroup/cpu/jobs/b',
      '/sys/fs/cgroup/cpu/jobs',
      '/sys/fs/cgroup/cpu',
    ]);
    // No line for it in /proc/PID/cgroup.
    expect(cgroupFolders(mounts, pid, 'freezer')).toStrictEqual([]);
    // No such mount.
    expect(cgroupFolders(mounts, pid, 'memory')).toStrictEqual([]);
  });

  it('knows that only a part may be mounted, or lie outside of our cgroup namespace', () => {
    expect(cgroupFolders(mounts, parseCgroupFile('0::/jobs/c\n'), 'unified')[0]).toBe('/mnt/with blank/c');
    expect(cgroupFolders(mounts, parseCgroupFile('0::/jobsite/c\n'), 'unified')).toStrictEqual([]);
    expect(cgroupFolders(mounts, parseCgroupFile('2:cpu:/../c\n'), 'cpu')).toStrictEqual([]);
  });
});

describe.skipIf(process.arch !== 'x64')('parseSyscallLine (numbers of x86_64)', () => {
  it.each([
    [
      '230 0x0 0x0 0x7ffe432538a0 0x7ffe432538e0 0x0 0x0 0x7ffe43253888 0x7f6551edb503\n',
      { name: 'clock_nanosleep' },
    ],
    [
      '0 0x3 0x7f4561940000 0x20000 0x7f45619d3b60 0xffffffff 0x0 0x7fff004af2d8 0x7f4561abc2ad\n',
      { name: 'read', descriptor: 3 },
    ],
    // AT_FDCWD-like arguments are negative ints in 64-bit registers.
    ['0 0xffffff9c 0x0 0x0 0x0 0x0 0x0 0x1 0x2\n', { name: 'read', descriptor: -100 }],
    ['running\n', undefined],
    ['-1 0x7ffe43253888 0x7f6551edb503\n', undefined],
    ['9999 0x0 0x0 0x0 0x0 0x0 0x0 0x1 0x2\n', undefined],
    ['', undefined],
  ])('%s', (line, expected) => {
    expect(parseSyscallLine(line)).toStrictEqual(expected);
  });
});
