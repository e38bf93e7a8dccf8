import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseReport } from '../../src/contract/report.ts';
import { renderHtml } from '../../src/report/html.ts';
import { htmlStyle } from '../../src/report/html-style.ts';
import type { RenderInput } from '../../src/report/render-input.ts';
import type { QueueHistory } from '../../src/tcp/observation.ts';
import { asContract } from '../../src/tcp/report.ts';
import {
  ends,
  makeFinding,
  makeListener,
  makeNamespace,
  makeObservation,
  makeProcess,
  makeQueueHistory,
} from '../fixtures/observation.ts';
import { halfBlindHost, inputOf, overloadedHost, quietHost } from './hosts.ts';

const withoutStyle = (html: string): string => html.replace(htmlStyle, '/* style */\n');

/** A host whose every name is `text`. */
function hostNamed(text: string): RenderInput {
  const base = makeObservation();
  return inputOf(
    makeObservation({
      host: { ...base.host, hostname: text, kernelRelease: text },
      namespaces: [
        makeNamespace({
          names: [text],
          listeners: [makeListener({ queue: makeQueueHistory({ peak: 9, bins: [0, 9] }) })],
          sysctls: { [text]: text },
        }),
        makeNamespace({ inode: 2 }),
      ],
      processes: [makeProcess({ name: text, cgroup: text })],
    }),
    {
      findings: (['critical', 'info'] as const).map((severity) =>
        makeFinding({
          severity,
          title: text,
          explanation: text,
          cause: { id: text, title: text },
          evidence: [{ source: text, name: text, value: text, unit: text, note: '' }],
          ruledOut: [{ id: text, because: text }],
          remedies: [
            { kind: 'process', summary: text, command: text, effect: text, risk: text },
            { kind: 'none', summary: text, command: '', effect: text, risk: '' },
          ],
        }),
      ),
      unknowns: [{ rule: 'syn-flood', missing: text, because: text }],
    },
  );
}

function embeddedReport(html: string): unknown {
  const match = /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(html);
  return JSON.parse(match?.[1] ?? '');
}

/** A page with one listener whose queue went so; bins of 100 ms. */
function chartHtml(
  history: Partial<QueueHistory> & { readonly bins: readonly number[] },
  limit: number,
): string {
  const queue = makeQueueHistory({ peak: Math.max(...history.bins), binMs: 100, ...history });
  const listener = makeListener({ acceptQueue: ends({ length: 0, limit }), queue });
  const observation = makeObservation({ namespaces: [makeNamespace({ listeners: [listener] })] });
  return renderHtml(inputOf(observation, { findings: [], unknowns: [] }));
}

/** Names of elements in order; throws where one is closed that is not the last opened. */
function elementsOf(html: string): string[] {
  const voids = new Set(['meta', 'path', 'br']);
  const open: string[] = [];
  const all: string[] = [];
  const markup = withoutStyle(html).replace(/(<script[^>]*>).*?<\/script>/s, '$1</script>');
  for (const [, slash, name = ''] of markup.matchAll(/<(\/?)([a-z][a-z0-9]*)\b(?:[^<>"]|"[^"]*")*>/g)) {
    if (slash === '/') {
      const last = open.pop();
      if (last !== name) throw new Error(`</${name}> closes <${last}>`);
    } else {
      all.push(name);
      if (!voids.has(name)) open.push(name);
    }
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(' ')}`);
  const leftovers = markup
    .replace(/<!doctype html>/, '')
    .replace(/<\/?[a-z][a-z0-9]*\b(?:[^<>"]|"[^"]*")*>/g, '');
  if (/[<>]/.test(leftovers)) throw new Error('stray angle bracket');
  return all;
}

describe('renderHtml', () => {
  it.each([
    ['overloaded', overloadedHost],
    ['quiet', quietHost],
    ['half-blind', halfBlindHost],
  ] as const)('%s', async (name, host) => {
    await expect(withoutStyle(renderHtml(host))).toMatchFileSnapshot(`golden/${name}.html.txt`);
  });

  it.each([overloadedHost, quietHost, halfBlindHost])('is closed properly and loads nothing', (host) => {
    const html = renderHtml(host);
    const elements = elementsOf(html);
    expect(elements.filter((name) => name === 'script')).toHaveLength(1);
    expect(elements.filter((name) => name === 'h1')).toHaveLength(1);
    expect(html).not.toMatch(/\b(src|href|action)=|url\(|@import|https?:/);
    expect(html).toContain("default-src 'none'");
  });

  it('carries the report it was made from', () => {
    expect(parseReport(embeddedReport(renderHtml(overloadedHost)))).toEqual(
      asContract(overloadedHost.report),
    );
  });

  it.each([
    '<script>alert(1)</script>',
    '</script><script>alert(1)</script>',
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    '<!-- <script>',
    '&lt;b&gt;',
    '\u202egnp.exe',
  ])('shows %j as text', (text) => {
    const host = hostNamed(text);
    const html = renderHtml(host);
    expect(elementsOf(html).filter((name) => name === 'script')).toHaveLength(1);
    expect(html).not.toContain('<script>alert');
    expect(html.replace(/<script.*?<\/script>/s, '')).not.toMatch(/[^&;\w]onmouseover=["']|\u202e|<!--/);
    expect(embeddedReport(html)).toEqual(JSON.parse(JSON.stringify(asContract(host.report))));
  });

  it('has the same elements whatever the names are', () => {
    const plain = elementsOf(renderHtml(hostNamed('x')));
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40, unit: 'binary' }), (text) => {
        fc.pre(printableWord(text));
        expect(elementsOf(renderHtml(hostNamed(text)))).toEqual(plain);
      }),
      { numRuns: 200 },
    );
  });

  const kindsOf = (html: string): string[] =>
    [...html.matchAll(/<path class="(calm|pressure|loss|unseen)"/g)].map(([, kind = '']) => kind);

  it('draws what was above the limit in the colour of loss, and only that', () => {
    const kinds = (bins: readonly number[], limit: number): string[] => kindsOf(chartHtml({ bins }, limit));
    expect(kinds([1, 4, 5, 8, 9, 9, 0], 8)).toEqual(['calm', 'pressure', 'loss', 'calm']);
    expect(kinds([8, 8], 8)).toEqual(['pressure']);
    expect(kinds([1, 1], 0)).toEqual(['loss']);
  });

  it('holds a value from sample to sample, and says where nothing was sampled', () => {
    const gaps = [9, -1, -1, 9, ...Array.from({ length: 20 }, () => -1), 9];
    const html = chartHtml({ bins: gaps, intervalMs: 100 }, 8);
    expect(kindsOf(html)).toEqual(['loss', 'unseen', 'loss']);
    expect(html).toContain('Grey: not sampled.');
    const neverEmpty = chartHtml({ bins: [9, 0, 9, 0, 9], intervalMs: 100, emptySamples: 0 }, 8);
    expect(kindsOf(neverEmpty)).toEqual(['loss']);
    expect(neverEmpty).not.toContain('not sampled');
  });

  it('draws no limit where none is known', () => {
    const listener = makeListener({
      limitKnown: false,
      acceptQueue: ends({ length: 3, limit: 0 }),
      queue: makeQueueHistory({ bins: [1, 3], peak: 3 }),
    });
    const html = renderHtml(
      inputOf(makeObservation({ namespaces: [makeNamespace({ listeners: [listener] })] }), {
        findings: [],
        unknowns: [],
      }),
    );
    expect(html).toContain('its limit is unknown');
    expect(html).not.toContain('class="limit"');
  });

  it('shows each listener in one chart only', () => {
    const charts = renderHtml(overloadedHost).match(/<figure/g);
    expect(charts).toHaveLength(2);
  });
});

/** Texts that begin with an ordinary word are capitalised, and blanks alone vanish; neither is the point here. */
function printableWord(text: string): boolean {
  return text.trim() !== '' && !/^(none\b|$)/.test(text) && !text.includes('\n');
}
