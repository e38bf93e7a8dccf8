import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LiveSummary } from '../../src/app/capture/live/live-capture.ts';
import { readBuffer, readFileRing, readSnap } from '../../src/cli/commands/capture/live-options.ts';
import { liveSummaryText } from '../../src/cli/commands/capture/live-summary-text.ts';
import { progressText } from '../../src/cli/commands/capture/progress-text.ts';
import { parseCaptureReport } from '../../src/contract/capture-report.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { asNobody, publicCopy, runProgram, startProgram } from './start-program.ts';

const summary: LiveSummary = {
  schemaVersion: 1,
  netns: 'self',
  ports: [],
  snapBytes: 128,
  fromMs: 0,
  seconds: 10,
  packets: 900,
  bytes: 90_000,
  droppedByKernel: 0,
  syn: 20,
  synRetransmissions: 3,
  interfaces: [{ name: 'eth0', packets: 900, bytes: 90_000 }],
  files: [{ name: 'a.pcapng', bytes: 2048, packets: 900 }],
  filesDeleted: 0,
  interrupted: false,
};

describe('the options of capture live', () => {
  it('reads sizes with their units, decimal and binary', () => {
    expect(readFileRing('8x64MB')).toEqual({ files: 8, bytes: 64_000_000 });
    expect(readFileRing('2x1.5GiB')).toEqual({ files: 2, bytes: 1.5 * 2 ** 30 });
    expect(readFileRing('24X2000kB')).toEqual({ files: 24, bytes: 2_000_000 });
    expect(readBuffer('64MiB')).toBe(64 * 2 ** 20);
    expect(readSnap('96')).toBe(96);
  });

  it.each([
    '',
    '8',
    '8x',
    'x64MB',
    '8x64',
    '0x64MB',
    '-1x64MB',
    '8x64TB',
    '8x1kB',
    '10001x1MB',
    '8x64MBx',
    '8x1e3MB',
  ])('refuses the ring %s', (text) => {
    expect(() => readFileRing(text)).toThrow(/number of files|10,000 files|between 1MB/);
  });

  it.each(['', '64', '1MiB', '2GiB', '64 apples', '-64MiB'])('refuses the buffer %s', (text) => {
    expect(() => readBuffer(text)).toThrow(/size is a number|between 2MiB/);
  });

  it.each(['', '63', '262145', '96.5', '-96', '1e3', '0x60'])('refuses the snap length %s', (text) => {
    expect(() => readSnap(text)).toThrow(/64 to 262144/);
  });
});

describe('what capture live says', () => {
  it('names losses first and loudly, and that there are none', () => {
    const well = liveSummaryText(summary, { colour: false, analysis: '' });
    expect(well).toBe(
      [
        '900 packets in 10.0 s (90/s), 87.9 KiB on the wire; the kernel dropped 0',
        'SYNs: 20, at least 3 of them sent again',
        'on eth0 900',
        'wrote a.pcapng: 900 packets, 2.0 KiB',
        '',
      ].join('\n'),
    );
    const lossy = liveSummaryText({ ...summary, droppedByKernel: 100 }, { colour: true, analysis: '' });
    const red = '\u001b[31m';
    expect(lossy.startsWith(`${red}THE KERNEL DROPPED 100 PACKETS (10 %): this capture has holes.`)).toBe(
      true,
    );
    expect(lossy).toMatch(/the kernel dropped 100\n/);
    const told = liveSummaryText(summary, { colour: false, analysis: '! what it shows\n' });
    expect(told).toBe(`! what it shows\n\n${well}`);
  });

  it('keeps the losses in the part of the line that narrow terminals show', () => {
    const now = {
      seconds: 61.2,
      packetsPerSecond: 512_345,
      bytesPerSecond: 150e6,
      synPerSecond: 1204,
      synRetransmissionsPerSecond: 12.5,
      packets: 3e7,
      droppedByKernel: 77,
      file: { name: 'a.pcapng', bytes: 2 ** 30, packets: 3e7 },
    };
    expect(progressText(now)).toBe(
      '61.0 s | 512,345/s packets, 143.1 MiB/s | KERNEL DROPPED 77 | SYN 1,204/s, again 13/s | a.pcapng 1.0 GiB',
    );
    expect(progressText({ ...now, droppedByKernel: 0, file: null })).toMatch(
      /kernel dropped 0 \| SYN [^|]*$/,
    );
  });
});

describe.skipIf(process.getuid?.() !== 0)(
  'capture live as a program (root: makes a network namespace)',
  () => {
    let namespace: LabNamespace;
    let folder = '';

    beforeAll(() => {
      namespace = LabNamespace.create('hx-live');
    });
    afterAll(() => namespace.dispose());
    beforeEach(() => {
      folder = mkdtempSync(path.join(tmpdir(), 'halfopen-live-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    /** Refused connections over the namespace's loopback: two packets each. */
    const connect = (times: number): void => {
      const script = `for (let i = 0; i < ${times}; i++) require('node:net').connect(9, '127.0.0.1').on('error', () => {})`;
      namespace.run(process.execPath, ['-e', script]);
    };
    const until = async (condition: () => boolean): Promise<void> => {
      for (let i = 0; i < 200 && !condition(); i++) await sleep(25);
      expect(condition()).toBe(true);
    };
    const packetsIn = (file: string): number => {
      const told = spawnSync('tcpdump', ['-Z', 'root', '-nr', file], { encoding: 'utf8' });
      expect(told.status, told.stderr).toBe(0);
      return told.stdout.split('\n').length - 1;
    };

    it.each(['SIGINT', 'SIGTERM'] as const)(
      'ends its files properly on %s, and exits with 0',
      async (signal) => {
        const file = path.join(folder, 'trace.pcapng');
        const args = [
          'capture',
          'live',
          '--netns',
          namespace.name,
          '--json',
          '--write',
          file,
          '--ring',
          '2x1MB',
        ];
        const { child, ended } = startProgram(args);
        const first = path.join(folder, 'trace.00001.pcapng');
        await until(() => existsSync(first));
        connect(5);
        child.kill(signal);
        const { exitCode, stdout, stderr } = await ended;
        expect(exitCode, stderr).toBe(0);
        const { report, ...told } = JSON.parse(stdout) as LiveSummary & { report: unknown };
        expect(told).toMatchObject({
          schemaVersion: 1,
          netns: namespace.name,
          packets: 10,
          syn: 5,
          droppedByKernel: 0,
          interfaces: [{ name: 'lo', packets: 10 }],
          files: [{ name: first, packets: 10, bytes: statSync(first).size }],
          interrupted: true,
        });
        expect(parseCaptureReport(report)).toMatchObject({ file: first, judgements: { refused: 5 } });
        expect(readdirSync(folder)).toEqual(['trace.00001.pcapng']);
        expect(packetsIn(first)).toBe(10);
      },
    );

    it('ends by itself after --for, in the namespace of a process, and tells it in words', async () => {
      const pid = namespace.spawn('listener', { address: '127.0.0.1', port: 7777, backlog: 4 });
      const args = [
        'capture',
        'live',
        '--netns',
        String((await pid.ready).pid),
        '--for',
        '1200ms',
        '--port',
        '9',
      ];
      const { ended } = startProgram(args);
      await sleep(700);
      connect(3);
      const { exitCode, stdout, stderr } = await ended;
      await pid.stop();
      expect(exitCode, stderr).toBe(0);
      expect(stdout).toMatch(
        /\n6 packets in 1\.\d s .*; the kernel dropped 0\nSYNs: 3, at least 0 .*\non lo 6\n$/,
      );
      expect(stdout).toMatch(/^! 3 connection attempts to 127\.0\.0\.1:9 .* were refused/);
      expect(stdout).toContain('\n  live capture · 6 packets · 3 connections · ');
      expect(stdout).not.toMatch(/capture analyze|tshark -r/);
      expect(stderr).toBe('');
    });

    it.each([
      [['--ring', '8'], /8x64MB/],
      [['--ring', '8x64MB'], /--write/],
      [['--write', '-'], /mkfifo/],
      [['--port', '70000'], /65535/],
      [['--snap', '10'], /262144/],
      [['--buffer', '1kB'], /2MiB/],
      [['--netns', 'no-such-namespace'], /no-such-namespace/],
      [['--netns', 'all'], /more than one/],
      [Array.from({ length: 17 }, (_, i) => ['--port', String(i + 1)]).flat(), /at most 16/],
    ])('exits with 2 for %j', async (args, words) => {
      const { exitCode, stdout, stderr } = await runProgram(['capture', 'live', '--for', '100ms', ...args]);
      expect([exitCode, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(words);
    });

    it('exits with 3 as nobody, and says what is needed', async () => {
      const copy = publicCopy();
      try {
        const run = (...args: string[]): ReturnType<typeof runProgram> =>
          runProgram(['capture', 'live', '--for', '100ms', ...args], {
            before: asNobody,
            program: copy.program,
          });
        const own = await run();
        expect([own.exitCode, own.stdout]).toEqual([3, '']);
        expect(own.stderr).toMatch(/CAP_NET_RAW/);
        const other = await run('--netns', namespace.name);
        expect([other.exitCode, other.stdout]).toEqual([3, '']);
        expect(other.stderr).toMatch(/CAP_SYS_ADMIN/);
      } finally {
        copy.remove();
      }
    });

    it('shows one line a second on a terminal', () => {
      const program = path.join(import.meta.dirname, '../../dist/main.js');
      const command = `'${process.execPath}' '${program}' capture live --netns ${namespace.name} --for 2300ms`;
      const told = execFileSync('script', ['-qec', command, '/dev/null'], {
        encoding: 'utf8',
        timeout: 20_000,
      });
      expect(told).toMatch(/\r?1\.0 s \| 0\/s packets, 0 B\/s \| kernel dropped 0 \| SYN 0\/s/);
      expect(told).toMatch(/2\.0 s \| /);
      expect(told.trimEnd()).toMatch(/\n?SYNs: 0, at least 0 of them sent again$/);
    });
  },
);
