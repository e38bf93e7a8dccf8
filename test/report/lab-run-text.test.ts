import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labRunText } from '../../src/report/lab/lab-run-text.ts';
import { labRunsText } from '../../src/report/lab/lab-runs-text.ts';
import { binned, sparkline } from '../../src/report/lab/sparkline.ts';
import { widthOf } from '../../src/report/wrap-text.ts';
import type { LabRun } from '../../src/tcp/lab-run.ts';
import {
  acceptQueueRun,
  bulkRun,
  connectTimeoutRun,
  keepaliveRun,
  makeCheck,
  makeRun,
} from '../fixtures/lab-run.ts';

const plain = { width: 100, colour: false, verbose: false };
const failedRun = (): LabRun => {
  const run = acceptQueueRun({ passed: false });
  return {
    ...run,
    checks: run.checks.map((check, i) => (i === 1 ? { ...check, measured: 70_100, ok: false } : check)),
    findings: { ...run.findings, given: ['syn-flood'] },
  };
};
const interruptedRun = (): LabRun =>
  connectTimeoutRun({
    passed: false,
    complete: false,
    incompleteBecause: ['interrupted'],
    checks: [],
    packets: connectTimeoutRun().packets.slice(0, 6),
    tookMs: 6100,
  });

describe('labRunText', () => {
  it.each([
    ['connect-timeout', connectTimeoutRun()],
    ['accept-queue-failed', failedRun()],
    ['interrupted', interruptedRun()],
    ['keepalive-ipv6', keepaliveRun({ family: 'ipv6' })],
  ] as const)('%s', async (name, run) => {
    await expect(labRunText(run, plain)).toMatchFileSnapshot(`golden/lab-${name}.txt`);
    await expect(labRunText(run, { ...plain, width: 60 })).toMatchFileSnapshot(`golden/lab-${name}-60.txt`);
  });

  it('tells everything with --verbose', async () => {
    await expect(labRunText(failedRun(), { ...plain, verbose: true })).toMatchFileSnapshot(
      'golden/lab-accept-queue-failed-verbose.txt',
    );
  });

  it('begins with the verdict', () => {
    const first = (run: LabRun): string => labRunText(run, { ...plain, width: 300 }).split('\n')[0] ?? '';
    expect(first(connectTimeoutRun())).toBe(
      'ok connect-timeout went as predicted: ETIMEDOUT after 134.8 s, predicted 131.0 to 135.1 s; all 4 checks hold.',
    );
    expect(first({ ...connectTimeoutRun(), conclusion: '3 of 4 connections opened' })).toBe(
      'ok connect-timeout went as predicted: 3 of 4 connections opened; all 4 checks hold.',
    );
    expect(first(failedRun())).toBe(
      'x accept-queue-overflow did not go as predicted: 1 of 3 checks failed (the request is gone: 70,100 ms instead of 63,000 to 64,969 ms).',
    );
    expect(first(interruptedRun())).toBe(
      '! INCOMPLETE: connect-timeout does not count (interrupted), after 6.1 s; no check was made.',
    );
    expect(first(makeRun())).toMatch(/^x connect-timeout proves nothing: no check was made/);
  });

  it('never calls an incomplete run passed, whatever it says of itself', () => {
    const odd = connectTimeoutRun({
      complete: false,
      passed: true,
      incompleteBecause: ['nft is not installed'],
    });
    const text = labRunText(odd, plain);
    expect(text).toMatch(/^! INCOMPLETE: .*nft is not installed/);
    expect(text).not.toMatch(/went as predicted|passed/);
    expect(labRunText(connectTimeoutRun({ passed: false }), plain)).toMatch(/^x /);
  });

  it.each([connectTimeoutRun(), failedRun(), interruptedRun(), keepaliveRun(), bulkRun(3000)])(
    'fits on one screen of 50 lines',
    (run) => {
      const long = {
        ...run,
        checks: [
          ...run.checks,
          ...Array.from({ length: 200 }, (_, i) => makeCheck({ name: `SYN ${i}`, unit: 'ms' })),
        ],
        story: Array.from({ length: 80 }, (_, i) => ({ atMs: i * 100, text: 'the client connects' })),
        metrics: Array.from({ length: 30 }, (_, i) => ({
          name: `m ${i}`,
          value: i,
          unit: '',
          better: 'less' as const,
        })),
        series: run.series.flatMap((series) => Array.from({ length: 9 }, () => series)),
      };
      expect(labRunText(long, plain).split('\n').length).toBeLessThanOrEqual(55);
      expect(labRunText(run, plain).split('\n').length).toBeLessThanOrEqual(50);
    },
  );

  it('gives the reason of a tolerance where it was not kept, or when asked', () => {
    const why = 'timer wheel rounding';
    expect(labRunText(connectTimeoutRun(), plain)).not.toContain(why);
    expect(labRunText(connectTimeoutRun(), { ...plain, verbose: true })).toContain(why);
    expect(labRunText(failedRun(), plain)).toContain(why);
  });

  it('shows every check that failed, however many hold', () => {
    const checks = Array.from({ length: 60 }, (_, i) =>
      makeCheck({ name: `number ${i}`, ok: i % 20 !== 19 }),
    );
    const text = labRunText(makeRun({ passed: false, checks }), plain);
    for (const name of ['number 19', 'number 39', 'number 59']) expect(text).toContain(name);
    expect(text).toContain('and 51 more that hold');
  });

  it('says of the doctor what was right and what was wrong', () => {
    const text = labRunText(failedRun(), plain);
    expect(text).toContain('x   the doctor did not find: accept-queue-overflow');
    expect(text).toContain('x   the doctor found, which is wrong: syn-flood');
    expect(text).toContain('ok  the doctor did not find, rightly: syn-queue-overflow');
  });

  it('names the parameters that differ from the defaults', () => {
    const defaults = { tcp_syn_retries: 6, tcp_syn_linear_timeouts: 0, how: 'drop', appTimeoutMs: 0 };
    const text = labRunText(connectTimeoutRun(), { ...plain, defaults });
    expect(text).toContain('\ntcp_syn_linear_timeouts=4 · the other 3 parameters as by default\n');
    const same = labRunText(connectTimeoutRun(), {
      ...plain,
      defaults: { ...defaults, tcp_syn_linear_timeouts: 4 },
    });
    expect(same).toContain('\nall parameters as by default\n');
  });

  it('is never wider than the terminal, and lets no control character through', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.integer({ min: 40, max: 140 }),
        (text, width) => {
          const run = failedRun();
          const hostile: LabRun = {
            ...run,
            scenario: text,
            purpose: text,
            kernel: text,
            parameters: { [text]: text },
            checks: run.checks.map((check) => ({
              ...check,
              name: text,
              measured: text,
              unit: text,
              why: text,
            })),
            packets: run.packets.map((packet) => ({ ...packet, flags: `ICMP ${text}` })),
            findings: { expected: [text], forbidden: [], given: [text] },
            metrics: [{ name: text, value: 1, unit: text, better: 'less' }],
            series: run.series.map((series) => ({ ...series, name: text, unit: text })),
            story: [{ atMs: 1, text }],
            capture: text,
          };
          const shown =
            labRunText(hostile, { ...plain, width }) + labRunsText([hostile], { ...plain, width });
          for (const line of shown.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(width);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not occur
          expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('labRunsText', () => {
  const runs = [connectTimeoutRun(), keepaliveRun({ family: 'ipv6' }), failedRun(), interruptedRun()];

  it('a table of all, in full only what needs reading', async () => {
    await expect(labRunsText(runs, plain)).toMatchFileSnapshot('golden/lab-runs.txt');
    expect(labRunsText(runs, { ...plain, verbose: true })).toContain(
      'ok keepalive-dead-peer went as predicted',
    );
  });

  it('counts failures and incomplete runs apart', () => {
    const first = (some: readonly LabRun[]): string => labRunsText(some, plain).split('\n')[0] ?? '';
    expect(first(runs)).toBe('x 1 did not go as predicted and 1 is INCOMPLETE, of 4 runs.');
    expect(first(runs.slice(0, 2))).toBe('ok all 2 runs went as predicted.');
    expect(first([interruptedRun()])).toBe('! 1 is INCOMPLETE, of 1 run.');
    expect(first([])).toBe('! nothing was run.');
  });
});

describe('sparkline', () => {
  const series = (points: readonly (readonly [number, number])[]) => ({
    name: '',
    unit: '',
    points: points.map(([atMs, value]) => ({ atMs, value })),
  });

  it('holds a value until the next, and is blank before the first', () => {
    expect(
      binned(
        series([
          [20, 1],
          [50, 4],
          [80, 0],
        ]),
        { fromMs: 0, toMs: 100 },
        10,
      ),
    ).toEqual([undefined, undefined, 1, 1, 1, 4, 4, 4, 4, 0]);
  });

  it('shows a peak that is shorter than a column', () => {
    expect(
      binned(
        series([
          [0, 0],
          [50, 9],
          [51, 0],
        ]),
        { fromMs: 0, toMs: 100 },
        4,
      ),
    ).toEqual([0, 0, 9, 0]);
  });

  it('little is not nothing', () => {
    expect(sparkline([undefined, 0, 1, 50, 100], 100)).toBe(' ▁▂▅█');
    expect(sparkline([0, 0], 0)).toBe('▁▁');
  });
});
