import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCaptureReport } from '../../src/contract/capture-report.ts';
import { widthOf } from '../../src/report/wrap-text.ts';
import {
  asNobody,
  type EndedProgram,
  environment,
  publicCopy,
  runProgram,
  type StartOptions,
  shellCommand,
} from './start-program.ts';

const captures = path.join(import.meta.dirname, '../../fixtures/captures');
/** Eight SYNs of one connect(2), never answered; written by tcpdump. */
const timeout = path.join(captures, 'connect-timeout.pcap');
/** 25 senders that connect eight times without a byte. */
const storm = path.join(captures, 'heartbeat-storm.pcapng.gz');
/** 14 clients, nine of which find a place in the accept queue. */
const overflow = path.join(captures, 'accept-queue-overflow.pcap.zst');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'halfopen-analyze-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const analyze = (args: readonly string[], options: StartOptions = {}): Promise<EndedProgram> =>
  runProgram(['capture', 'analyze', ...args], options);

/** The report, which is everything on standard output. */
function reportOf({ stdout }: EndedProgram): ReturnType<typeof parseCaptureReport> {
  return parseCaptureReport(JSON.parse(stdout));
}

describe('capture analyze', () => {
  it.each([
    [timeout, /^! 1 connection attempt to 10\.90\.0\.2:4433 gets no answer/],
    [storm, /^! 10\.90\.0\.2:24224 gets 25\/s connections of which 100 % carry no data: every 1\.0 s/],
    [overflow, /^! 10\.90\.0\.2:8080 drops connections: its accept queue overflows/],
  ])('leads with the verdict: %s', async (file, verdict) => {
    const { exitCode, stdout, stderr } = await analyze([file]);
    expect([exitCode, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(verdict);
    for (const line of stdout.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(100);
  });

  it.each([
    [timeout, { connections: 1, syn: 8, synRetransmissions: 7 }, { 'syn-timeout': 1 }, 'pcap'],
    [storm, { connections: 200, payloadBytes: 0 }, { heartbeat: 200 }, 'pcapng'],
    [overflow, { connections: 14 }, { 'accept-queue-stall': 5, ongoing: 9 }, 'pcap'],
  ] as const)(
    '--json is one document that keeps the contract: %s',
    async (file, totals, judgements, format) => {
      const ended = await analyze([file, '--json']);
      expect([ended.exitCode, ended.stderr]).toEqual([1, '']);
      const report = reportOf(ended);
      expect(report).toMatchObject({ schemaVersion: 1, file, format, partial: null, judgements });
      expect(report.totals).toMatchObject(totals);
      expect(report.connections).toBeUndefined();
    },
  );

  it('--json --connections lists every connection, and with --filter those that fit', async () => {
    const all = reportOf(await analyze([storm, '--json', '--connections']));
    expect(all.connections?.map(({ number }) => number)).toEqual(Array.from({ length: 200 }, (_, i) => i));
    const filter = 'client=10.90.1.7 and number>=100';
    for (const also of [[], ['--connections']]) {
      const some = reportOf(await analyze([storm, '--json', '--filter', filter, ...also]));
      expect(some.connections).toEqual(
        all.connections?.filter((one) => one.client === '10.90.1.7' && one.number >= 100),
      );
      expect(some.connections?.length).toBeGreaterThan(1);
      expect(some.totals).toEqual(all.totals);
    }
  });

  it('--filter lists what fits below the report, the worst first', async () => {
    const { stdout } = await analyze([overflow, '--filter', 'port=8080']);
    const [, list = ''] = stdout.split('\n\n14 of 14 connections: port=8080\n');
    const lines = list.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^no\. +begins +client > server +bytes +judgement$/);
    expect(lines.slice(1).map((line) => / (accept-queue-stall|ongoing) /.exec(line)?.[1])).toEqual([
      ...Array<string>(5).fill('accept-queue-stall'),
      ...Array<string>(9).fill('ongoing'),
    ]);
    const forty = (await analyze([storm, '--filter', 'judgement=heartbeat'])).stdout;
    expect(forty).toMatch(/\nand 160 more: --connections-csv FILE writes them all\n$/);
    const none = (await analyze([overflow, '--filter', 'port=1'])).stdout;
    expect(none).toMatch(/\n\n0 of 14 connections: port=1\n$/);
  });

  it('--connections-csv writes a table that RFC 4180 reads, of those that fit --filter', async () => {
    const file = path.join(folder, 'all.csv');
    const { exitCode, stderr } = await analyze([storm, '--connections-csv', file]);
    expect([exitCode, stderr]).toEqual([1, `halfopen: wrote ${file}\n`]);
    const rows = rowsOf(file);
    expect(rows).toHaveLength(201);
    const [header = []] = rows;
    for (const row of rows) expect(row).toHaveLength(header.length);
    const judgement = header.indexOf('judgement');
    expect(new Set(rows.slice(1).map((row) => row[judgement]))).toEqual(new Set(['heartbeat']));
    await analyze([overflow, '--connections-csv', file, '--filter', 'judgement=accept-queue-stall']);
    expect(rowsOf(file)).toHaveLength(6);
  });

  it('--html writes one page that needs nothing else, with the report and ladders in it', async () => {
    const file = path.join(folder, 'page.html');
    const { exitCode, stderr } = await analyze([overflow, '--html', file]);
    expect([exitCode, stderr]).toEqual([1, `halfopen: wrote ${file}\n`]);
    expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);
    const page = readFileSync(file, 'utf8');
    expect(page).toMatch(/^<!doctype html>/i);
    expect(page).not.toMatch(/<(link|img|iframe|object|embed)\b|\bsrc=|url\(|@import|\bfetch\(/i);
    expect(page.match(/<details id="connection-\d+">/g)).toHaveLength(14);
    const json = /<script[^>]*id="capture"[^>]*>([^<]*)<\/script>/.exec(page)?.[1] ?? '';
    expect(parseCaptureReport(JSON.parse(json)).connections).toHaveLength(14);
  });

  it('--ladder takes a number, an endpoint, both, or a judgement', async () => {
    const { examples } = reportOf(await analyze([overflow, '--json']));
    const stalled = examples.find(({ judgement }) => judgement.id === 'accept-queue-stall');
    const client = `${stalled?.client}:${stalled?.clientPort}`;
    const names = [String(stalled?.number), client, `10.90.0.2:8080-${client}`, 'accept-queue-stall'];
    const [first, ...others] = await Promise.all(names.map((name) => analyze([overflow, '--ladder', name])));
    expect([first?.exitCode, first?.stderr]).toEqual([0, '']);
    expect(first?.stdout).toMatch(/^accept-queue-stall, possible: the handshake was complete/);
    expect(first?.stdout).toMatch(/├─+ data 100 B again 1 ─+x│ +#\d+ +after timeout\n/);
    expect(first?.stdout.match(/^connection \d+: /gm)).toHaveLength(1);
    for (const other of others) expect(other).toEqual(first);
  });

  it.each([
    [['critical'], 0],
    [['warning'], 1],
    [['info'], 1],
  ])('--fail-on %s exits with %i where a warning is the worst', async (severity, exitCode) => {
    expect((await analyze([timeout, '--fail-on', ...severity])).exitCode).toBe(exitCode);
  });

  it.each([
    [[], /missing required argument/],
    [[timeout, storm], /too many arguments/],
    [[timeout, '--connections'], /--json/],
    [[timeout, '--json', '--ladder', '0'], /cannot be used with option '--json'/],
    [[timeout, '--ladder', '0', '--html', 'x.html'], /cannot be used with option '--html/],
    [[timeout, '--ladder', '0', '--filter', 'port=1'], /cannot be used with option '--filter/],
    [[timeout, '--ladder', 'nonsense'], /by its number \(17\), an endpoint .*, or a judgement: accept-queue/],
    [[timeout, '--ladder', '9'], /has fewer connections than that; they count from 0/],
    [[timeout, '--ladder', 'refused'], /None of the 1 connection fits. They were judged 1 syn-timeout\./],
    [[timeout, '--filter', 'port=443 and prot=1'], /at character 14: .*did you mean port\?/],
    [[timeout, '--filter', ''], /at character 1/],
    [[timeout, '--connections-csv', '-'], /name a file/],
    [[timeout, '--html', ''], /name of a file/],
    [[timeout, '--fail-on', 'error'], /critical, warning, info/],
  ])('exits with 2 for %j', async (args, words) => {
    const { exitCode, stdout, stderr } = await analyze(args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(words);
  });

  it('keeps to the width of a terminal, and colours only there', () => {
    const shown = (width: number, more: Readonly<Record<string, string>>): string =>
      execFileSync(
        'script',
        [
          '-qec',
          `stty cols ${width}; ${shellCommand(['capture', 'analyze', storm, '--filter', 'number<9'])}; true`,
          '/dev/null',
        ],
        { encoding: 'utf8', env: environment(more), timeout: 20_000 },
      );
    const coloured = shown(60, {});
    expect(coloured).toContain('\u001b[');
    const plain = shown(60, { NO_COLOR: '1' });
    expect(plain).not.toContain('\u001b');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours are what is taken out
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(plain);
    for (const width of [40, 60, 80]) {
      for (const line of shown(width, { NO_COLOR: '1' }).split('\r\n')) {
        expect(widthOf(line), line).toBeLessThanOrEqual(width);
      }
    }
  });
});

describe.skipIf(process.getuid?.() !== 0)('capture analyze as nobody (becoming nobody needs root)', () => {
  it('needs no right but to read the file', async () => {
    const copy = publicCopy();
    const file = path.join(copy.folder, 'capture.pcap');
    try {
      execFileSync('cp', [timeout, file]);
      const as = { before: asNobody, program: copy.program };
      const told = await analyze([file, '--json'], as);
      expect([told.exitCode, told.stderr]).toEqual([1, '']);
      expect(reportOf(told).judgements).toEqual({ 'syn-timeout': 1 });
      const page = path.join(copy.folder, 'page.html');
      const unwritable = await analyze([file, '--html', page], as);
      expect([unwritable.exitCode, unwritable.stdout]).toEqual([3, '']);
      expect(unwritable.stderr).toContain(`cannot write the page to ${page}: EACCES: permission denied`);
      expect(unwritable.stderr).toContain('Choose a path in a folder that you may write to.');
      execFileSync('chmod', ['600', file]);
      const refused = await analyze([file], as);
      expect([refused.exitCode, refused.stdout]).toEqual([3, '']);
      expect(refused.stderr).toContain(`cannot read the capture ${file}: EACCES: permission denied`);
    } finally {
      copy.remove();
    }
  });
});

/** RFC 4180, sections 2.1 to 2.7: CRLF after every record, quotes doubled inside of quotes. */
function rowsOf(file: string): string[][] {
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(/\r\n$/);
  const rows = text.slice(0, -2).split(/\r\n(?=(?:[^"]*"[^"]*")*[^"]*$)/);
  return rows.map((row) =>
    row
      .split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)
      .map((cell) => (/^".*"$/s.test(cell) ? cell.slice(1, -1).replaceAll('""', '"') : cell)),
  );
}
