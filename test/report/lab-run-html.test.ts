import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLabRun } from '../../src/contract/lab-run.ts';
import { labRunHtml } from '../../src/report/lab/lab-run-html.ts';
import type { LabRun } from '../../src/tcp/lab-run.ts';
import { acceptQueueRun, bulkRun, connectTimeoutRun, keepaliveRun, makeRun } from '../fixtures/lab-run.ts';
import { elementsOf } from './html-elements.ts';

const page = (...runs: readonly LabRun[]): string => labRunHtml(runs, 'halfopen 1.2.3');

function carried(html: string): unknown {
  const match = /<script type="application\/json" id="lab-run">(.*?)<\/script>/s.exec(html);
  return JSON.parse(match?.[1] ?? '');
}

/** A run whose every word is `text`. */
function runNamed(text: string): LabRun {
  const run = acceptQueueRun();
  return {
    ...run,
    scenario: text,
    purpose: text,
    kernel: text,
    parameters: { [text]: text },
    passed: false,
    complete: false,
    incompleteBecause: [text],
    checks: [{ name: text, predicted: text, measured: text, unit: text, ok: false, why: text }],
    packets: [
      {
        atMs: 0,
        from: 'client',
        flags: `ICMP ${text}`,
        bytes: 0,
        clientPort: 1,
        sequence: 0,
        acknowledgement: 0,
      },
    ],
    findings: { expected: [text], forbidden: [text], given: [text] },
    capture: text,
    metrics: [{ name: text, value: 1, unit: text, better: 'less' }],
    series: run.series.map((series) => ({ ...series, name: text, unit: text })),
    story: [{ atMs: 0, text }],
  };
}

describe('labRunHtml', () => {
  it.each([
    ['one', [connectTimeoutRun()]],
    [
      'several',
      [connectTimeoutRun(), keepaliveRun({ family: 'ipv6' }), acceptQueueRun({ passed: false }), bulkRun(50)],
    ],
    ['none', []],
    ['empty', [makeRun()]],
  ] as const)('%s: closed properly, loads nothing, runs nothing', (_, runs) => {
    const html = page(...runs);
    const elements = elementsOf(html);
    expect(elements.filter((name) => name === 'script')).toHaveLength(1);
    expect(elements.filter((name) => name === 'h1')).toHaveLength(1);
    expect(html).not.toMatch(/\b(src|action)=|href="(?!#)|url\(|@import|https?:|\bon\w+="/);
    expect(html).toContain("default-src 'none'");
  });

  it('carries what `lab run --json` prints', () => {
    const run = connectTimeoutRun();
    expect(parseLabRun(carried(page(run)))).toEqual(run);
    expect(carried(page(run, run))).toEqual({ schemaVersion: 1, runs: [run, run] });
  });

  it('has the verdict as its headline', () => {
    expect(page(connectTimeoutRun())).toMatch(
      /<h1>connect-timeout went as predicted: ETIMEDOUT after 134\.8 s/,
    );
    expect(page(connectTimeoutRun({ complete: false, incompleteBecause: ['interrupted'] }))).toMatch(
      /<h1>INCOMPLETE: connect-timeout does not count/,
    );
    expect(page(connectTimeoutRun(), acceptQueueRun({ passed: false }))).toContain(
      '<h1>1 did not go as predicted, of 2 runs.</h1>',
    );
  });

  it('puts what failed first', () => {
    const run = connectTimeoutRun({ passed: false });
    const checks = run.checks.map((check, i) => ({ ...check, ok: i !== 3 }));
    const names = [
      ...page({ ...run, checks }).matchAll(/<tr(?: class="wrong")?><th scope="row">([^<]+)</g),
    ].map(([, name]) => name);
    expect(names.indexOf('TcpExt.TCPTimeouts')).toBeLessThan(names.indexOf('errno'));
  });

  it('draws what is above a limit in the colour of loss', () => {
    const html = page(acceptQueueRun());
    const chart = html.split('<b>server accept queue</b>')[1]?.split('</figure>')[0] ?? '';
    expect([...chart.matchAll(/<path class="(calm|pressure|loss)"/g)].map(([, kind]) => kind)).toEqual([
      'calm',
      'pressure',
      'loss',
    ]);
    expect(chart).toContain('class="limit"');
    expect(html.split('<b>server SYN_RECV</b>')[1]?.split('</figure>')[0]).not.toContain('class="limit"');
  });

  it('has one time axis for all series and the segments', () => {
    const html = page(acceptQueueRun());
    expect([...html.matchAll(/class="x-axis"/g)]).toHaveLength(1);
    const ranges = [...html.matchAll(/aria-label="[^"]*? from (-?[\d.]+ m?s) to ([\d.]+ s):/g)].map(
      ([, a, b]) => `${a} ${b}`,
    );
    expect(ranges.length).toBeGreaterThan(1);
    expect(new Set(ranges).size).toBe(1);
    expect(html).toContain('13 segments in time');
  });

  it.each([
    '<script>alert(1)</script>',
    '</script><script>alert(1)</script>',
    '" onmouseover="alert(1)',
    '<!-- <script>',
    '\u202egnp.exe',
  ])('shows %j as text', (text) => {
    const html = page(runNamed(text), runNamed(text));
    expect(elementsOf(html).filter((name) => name === 'script')).toHaveLength(1);
    expect(html).not.toContain('<script>alert');
    expect(html.replace(/<script.*?<\/script>/s, '')).not.toMatch(/[^&;\w]onmouseover=["']|\u202e|<!--/);
  });

  it('has the same elements whatever the words are', () => {
    const usual = elementsOf(page(runNamed('x')));
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 30, unit: 'binary' }), (text) => {
        fc.pre(text.trim() !== '' && text !== 'exact');
        expect(elementsOf(page(runNamed(text)))).toEqual(usual);
      }),
      { numRuns: 60 },
    );
  });
});
