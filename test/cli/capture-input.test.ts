import { type ChildProcess, execFileSync } from 'node:child_process';
import {
  createWriteStream,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCaptureReport } from '../../src/contract/capture-report.ts';
import {
  type EndedProgram,
  environment,
  runProgram,
  type StartOptions,
  shellCommand,
  startProgram,
} from './start-program.ts';

const captures = path.join(import.meta.dirname, '../../fixtures/captures');
const timeout = path.join(captures, 'connect-timeout.pcap');
const storm = path.join(captures, 'heartbeat-storm.pcapng.gz');
const overflow = path.join(captures, 'accept-queue-overflow.pcap.zst');

/** Header and records of `timeout`: 24 bytes, then 16 and 80 for each packet. */
const PACKET_BYTES = 96;
const AFTER_SIX_PACKETS = 24 + 6 * PACKET_BYTES;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'halfopen-input-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, bytes?: Uint8Array | string): string => {
  const whole = path.join(folder, name);
  if (bytes !== undefined) writeFileSync(whole, bytes);
  return whole;
};
const analyze = (args: readonly string[], options: StartOptions = {}): Promise<EndedProgram> =>
  runProgram(['capture', 'analyze', ...args], options);
const reportOf = ({ stdout }: EndedProgram): ReturnType<typeof parseCaptureReport> =>
  parseCaptureReport(JSON.parse(stdout));
/** `script` writes what is read, from "$0". */
const through = (script: string, from: string): StartOptions => ({
  before: ['sh', '-c', `{ ${script}; } | "$@"`, from],
});
const fifo = (name: string): string => {
  const whole = file(name);
  execFileSync('mkfifo', [whole]);
  return whole;
};

describe('what capture analyze cannot read', () => {
  it.each<[string, () => string, RegExp]>([
    ['is not there', () => file('nowhere'), /nowhere: ENOENT: no such file/],
    ['is a directory', () => folder, /it is a directory\nName one of the files in it\./],
    ['is empty', () => file('empty', ''), /it is empty\nIt takes pcap and pcapng/],
    [
      'is something else',
      () => file('text', 'GET / HTTP/1.1\r\n\r\n'),
      /it begins with 47 45 54 20, neither pcap nor pcapng/,
    ],
    [
      'holds no whole record',
      () => file('cut', readFileSync(timeout).subarray(0, 60)),
      /record 1 at byte 24: /,
    ],
    [
      'is compressed garbage',
      () => file('bad.gz', Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 9, 9, 9)),
      /inside its gzip data: /,
    ],
  ])('a file that %s: 3, nothing on standard output, and why', async (_, make, words) => {
    const { exitCode, stdout, stderr } = await analyze([make(), '--json']);
    expect([exitCode, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/^halfopen: cannot read the capture \S+: /);
    expect(stderr).toMatch(words);
  });

  it('a FIFO and a pipe that are closed before anything came', async () => {
    const name = fifo('closed');
    const { child, ended } = startProgram(['capture', 'analyze', name]);
    execFileSync('sh', ['-c', ': > "$0"', name]);
    for (const run of [await ended, await analyze(['-'], through('true', 'x'))]) {
      expect([run.exitCode, run.stdout]).toEqual([3, '']);
      expect(run.stderr).toContain('it was closed before anything came through it');
    }
    expect(child.exitCode).toBe(3);
  });

  it('a terminal', () => {
    const command = `${shellCommand(['capture', 'analyze', '-'])} </dev/tty; echo "exit $?"`;
    const told = execFileSync('script', ['-qec', command, '/dev/null'], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(told).toMatch(
      /standard input: it is a terminal\r\nPipe a capture into it: tcpdump -w - \|.*\r\nexit 3/,
    );
  });

  it('a gigabyte of nothing: at once', async () => {
    const name = file('sparse', '');
    truncateSync(name, 2 ** 30);
    const startedMs = performance.now();
    expect((await analyze([name])).exitCode).toBe(3);
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });
});

describe('where the results cannot go', () => {
  it.each([
    ['--html', 'missing/x.html', /cannot write the page to .*\n.*a folder that you may write to/],
    [
      '--connections-csv',
      'missing/x.csv',
      /cannot write the connections to .*\n.*a folder that you may write to/,
    ],
    ['--html', '.', /it is a folder/],
    ['--connections-csv', '.', /it is a folder/],
  ])('%s %s: 3 before the capture is read', async (option, name, words) => {
    const before = readdirSync(folder);
    // Were it read, it would be refused for what is in it.
    const { exitCode, stdout, stderr } = await analyze([
      file('text', 'no capture'),
      option,
      path.join(folder, name),
    ]);
    expect([exitCode, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(words);
    expect(readdirSync(folder).filter((one) => !before.includes(one) && one !== 'text')).toEqual([]);
  });

  it.each(['--html', '--connections-csv'])('%s on a full disk: 3, and what to do', async (option) => {
    const { exitCode, stderr } = await analyze([timeout, option, '/dev/full']);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/cannot write .* \/dev\/full: ENOSPC: no space left on device.*\n.*Choose a path/);
  });

  it('a reader that leaves early changes nothing and hears nothing', async () => {
    const before = ['bash', '-o', 'pipefail', '-c', '"$@" | head -c 1', 'bash'];
    const { exitCode, stdout, stderr } = await analyze([storm, '--json', '--connections'], { before });
    expect([exitCode, stdout, stderr]).toEqual([1, '{', '']);
  });
});

describe('captures that are damaged', () => {
  it('tells what comes before the damage, marks it as partial, and exits by what it found', async () => {
    const name = file('damaged.pcap', readFileSync(timeout).subarray(0, AFTER_SIX_PACKETS + 20));
    const { exitCode, stdout, stderr } = await analyze([name]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^! 1 connection attempt .* gets no answer/);
    expect(stdout).toContain(' · PARTIAL · pcap · 6 packets · ');
    expect(stdout).toMatch(/\n! Partial: from record 7 at byte 600 on nothing was read: the file ends/);
    expect(stderr).toMatch(/^halfopen: record 7 at byte 600: .*; what comes before it was analysed\n$/);
    const json = reportOf(await analyze([name, '--json']));
    expect(json.partial).toMatchObject({ record: 7, atByte: 600 });
    expect(json.totals.syn).toBe(6);
  });

  it('exits with 0 where nothing was found before the damage, and does not call it well', async () => {
    const name = file('short.pcap', readFileSync(timeout).subarray(0, 24 + PACKET_BYTES + 30));
    const { exitCode, stdout } = await analyze([name]);
    expect(exitCode).toBe(0);
    expect(stdout).not.toMatch(/^ok/);
    expect(stdout).toContain('PARTIAL');
  });
});

describe('captures that come through a pipe', () => {
  it.each([timeout, storm, overflow])('say the same as the file: %s', async (name) => {
    const read = reportOf(await analyze([name, '--json']));
    const piped = reportOf(await analyze(['-', '--json'], through('cat "$0"', name)));
    expect(piped).toEqual({ ...read, file: '-' });
  });

  it('are read while they are still being written, in pieces that cut records', async () => {
    const slowly = 'head -c 30 "$0"; sleep 0.4; tail -c +31 "$0" | head -c 250; sleep 0.4; tail -c +281 "$0"';
    const { exitCode, stdout, stderr } = await analyze(['-'], through(slowly, timeout));
    expect([exitCode, stderr]).toEqual([1, '']);
    expect(stdout).toContain('standard input · pcap · 8 packets · 1 connection');
    expect(stdout).not.toContain('capture analyze -');
  });

  it('can draw a connection by its number, and say why not by other names', async () => {
    const drawn = await analyze(['-', '--ladder', '3'], through('cat "$0"', storm));
    expect([drawn.exitCode, drawn.stderr]).toEqual([0, '']);
    expect(drawn.stdout).toBe((await analyze([storm, '--ladder', '3'])).stdout);
    const refused = await analyze(['-', '--ladder', 'heartbeat'], through('cat "$0"', storm));
    expect([refused.exitCode, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toMatch(/Standard input can be read only once: name the connection by its number/);
  });

  it('make a page without ladders, and say so', async () => {
    const page = file('piped.html');
    const { exitCode, stderr } = await analyze(['-', '--html', page], through('cat "$0"', storm));
    expect([exitCode, stderr]).toEqual([
      1,
      `halfopen: wrote ${page} without ladders: what comes through a pipe cannot be read again\n`,
    ]);
    expect(readFileSync(page, 'utf8')).not.toContain('<details id="connection-');
  });
});

describe('Ctrl-C while a FIFO is read that never ends', () => {
  /** A program that has read six packets and waits for the seventh. */
  async function waiting(
    name: string,
    options: StartOptions = {},
    more: readonly string[] = [],
  ): Promise<{ child: ChildProcess; ended: Promise<EndedProgram>; leave: () => void }> {
    const pipe = fifo(name);
    const { child, ended } = startProgram(['capture', 'analyze', pipe, ...more], options);
    const writer = createWriteStream(pipe);
    writer.on('error', () => {});
    writer.write(readFileSync(timeout).subarray(0, AFTER_SIX_PACKETS));
    await new Promise((resolve) => writer.once('open', resolve));
    await sleep(1000);
    expect(child.exitCode).toBeNull();
    return { child, ended, leave: () => writer.destroy() };
  }

  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s: what was read is told, and it exits by what it found',
    async (signal) => {
      const { child, ended, leave } = await waiting(`waits-${signal}`);
      const sentAtMs = performance.now();
      child.kill(signal);
      const { exitCode, stdout, stderr } = await ended;
      leave();
      expect(performance.now() - sentAtMs).toBeLessThan(3000);
      expect(exitCode).toBe(1);
      expect(stdout).toMatch(/^! 1 connection attempt .* gets no answer: up to 6 SYNs/);
      expect(stdout).toContain(' · PARTIAL · pcap · 6 packets · ');
      expect(stdout).toMatch(
        /Partial: from record 7 at byte 600 on nothing was read: the reading was interrupted/,
      );
      expect(stderr).toBe('halfopen: interrupted; this is what was read until then\n');
    },
  );

  it('before anybody writes: ends as well', async () => {
    const { child, ended } = startProgram(['capture', 'analyze', fifo('nobody-writes')]);
    await sleep(1000);
    child.kill('SIGINT');
    const { exitCode, signal, stderr } = await ended;
    expect([exitCode, signal]).toEqual([0, null]);
    expect(stderr).toContain('interrupted');
  });

  it('twice: the second one ends it at once', async () => {
    const slowToStop = `data:text/javascript,${encodeURIComponent(`
      const { abort } = AbortController.prototype;
      AbortController.prototype.abort = function () { setTimeout(() => abort.call(this), 5000); };
    `)}`;
    const { child, ended, leave } = await waiting('twice', { nodeArguments: ['--import', slowToStop] });
    child.kill('SIGINT');
    await sleep(300);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ exitCode: null, signal: 'SIGINT', stdout: '' });
    leave();
  });
});

describe('large captures', () => {
  let large = '';
  beforeAll(() => {
    large = file('large.pcap');
    const generator = path.join(import.meta.dirname, '../../build/measure/generate-capture.js');
    execFileSync(process.execPath, [
      generator,
      '--out',
      large,
      '--packets',
      '400000',
      '--connections',
      '50000',
      '--family',
      'mixed',
    ]);
  });

  it('shows how far it is on a terminal, and nothing of it elsewhere', async () => {
    const slowly = `{ head -c 9000000 '${large}'; sleep 1.5; tail -c +9000001 '${large}'; }`;
    const command = `stty cols 100; ${slowly} | ${shellCommand(['capture', 'analyze', '-'])} >/dev/null; true`;
    const shown = execFileSync('script', ['-qec', command, '/dev/null'], {
      encoding: 'utf8',
      env: environment({ NO_COLOR: '1' }),
      timeout: 40_000,
    });
    expect(shown).toMatch(/\rreading standard input \d+\.\d MiB \d+\.\d MiB\/s/);
    expect(shown).toMatch(/\r +\r$/);
    const quiet = await analyze(
      ['-', '--json'],
      through(`head -c 9000000 "$0"; sleep 1; tail -c +9000001 "$0"`, large),
    );
    expect(quiet.stderr).toBe('');
    expect(reportOf(quiet).packets).toBe(400_000);
  });
});
