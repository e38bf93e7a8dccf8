import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capturePage, capturePageStyle } from '../../../src/report/capture/capture-page.ts';
import { capturePageScript } from '../../../src/report/capture/capture-page-script.ts';
import { type CaptureReport, type ConnectionStory, judgementIds } from '../../../src/tcp/capture.ts';
import {
  heartbeatStorm,
  lonelyTimeouts,
  makeCaptureReport,
  makeSeries,
  makeTotals,
  reportNamed,
  stormStories,
} from '../../fixtures/capture-report.ts';
import { bulkStory, judged, makeConnection, synTimeoutStory } from '../../fixtures/capture-stories.ts';
import { elementsOf } from '../html-elements.ts';

const page = (report: CaptureReport, stories: readonly ConnectionStory[] = []): string =>
  capturePage(report, stories, 'halfopen 1.2.3');

function carried(html: string): unknown {
  return JSON.parse(/<script type="application\/json" id="capture">(.*?)<\/script>/s.exec(html)?.[1] ?? '');
}

/** Without scripts and style: what is read. */
function markup(html: string): string {
  return html.replace(/<(script|style)[^>]*>.*?<\/\1>/gs, '');
}

function section(html: string, heading: string): string {
  return html.split(heading)[1]?.split('</section>')[0] ?? '';
}

const storm = page(heartbeatStorm(), stormStories());

const empty = makeCaptureReport({
  packets: 0,
  tcpPackets: 0,
  fromMs: 0,
  toMs: 0,
  totals: makeTotals({}),
  judgements: {},
  listeners: [],
  peers: [],
  series: makeSeries(0, () => ({})),
});

describe('capturePage', () => {
  it.each([
    ['storm', storm],
    ['quiet', page(makeCaptureReport())],
    ['lonely', page(lonelyTimeouts(), [synTimeoutStory(0)])],
    ['empty', page(empty)],
  ])('%s: closed properly, and loads nothing', (_, html) => {
    const elements = elementsOf(html);
    expect(elements.filter((name) => name === 'script')).toHaveLength(2);
    expect(elements.filter((name) => name === 'h1')).toHaveLength(1);
    expect(markup(html)).not.toMatch(/\b(src|action)=|href="(?!#)|url\(|@import|https?:|\bon\w+="/);
    expect(capturePageStyle + capturePageScript.text).not.toMatch(/url\(|@import|https?:|fetch|import\(/);
    expect(html).toContain("default-src 'none'");
  });

  it('lets its own script run and no other', () => {
    const sha256 = createHash('sha256').update(capturePageScript.text).digest('base64');
    expect(storm).toContain(`script-src 'sha256-${sha256}';`);
    expect(storm).toContain(`<script>${capturePageScript.text}</script>`);
    expect(capturePageScript.text).not.toMatch(/<\/|<!--/);
  });

  it('has the verdict as its headline, once', () => {
    expect(storm).toContain(
      '<h1 class="problems">10.20.0.5:24224 drops new connections: its accept queue is full</h1>',
    );
    expect(markup(storm).match(/drops new connections: its accept queue is full/g)).toHaveLength(2);
    expect(page(makeCaptureReport())).toContain(
      '<h1 class="clean">Nothing is wrong with the 1,204 connections in this capture.</h1>',
    );
    expect(page(lonelyTimeouts())).toMatch(/<h1 class="amiss">The one connection/);
  });

  it('shows in plain sight that a file was not read to its end', () => {
    const partial = { because: 'captured length 4,294,967,295', atByte: 88_112, record: 1204 };
    const html = page(makeCaptureReport({ partial }));
    expect(html).toContain('<h1 class="partial">');
    expect(html).toMatch(
      /<p class="partial-mark">Partial: from record 1,204 at byte 88,112 on nothing was read/,
    );
  });

  it('carries what `capture analyze --json` prints', () => {
    const report = heartbeatStorm({ connections: [makeConnection()] });
    expect(carried(page(report))).toEqual(JSON.parse(JSON.stringify(report)));
  });

  it('has a table behind every chart', () => {
    for (const name of ['Packets', 'Retransmissions', 'Arrivals']) {
      const figure = storm.split(`<b>${name}</b>`)[1]?.split('</figure>')[0] ?? '';
      expect(figure).toContain('<svg class="area"');
      expect(figure).toContain('<summary>Numbers</summary>');
    }
    const latency = section(storm, '<h2>Time to connect</h2>');
    expect(latency).toContain('<rect class="pressure"');
    expect(latency).toMatch(/<th scope="row">3\.0 s<\/th>.*>140<.*>2 SYN retries</);
    expect(section(storm, '<h2>What became of the connections</h2>')).toMatch(
      /slow-open.*<rect class="pressure"/,
    );
  });

  it('paints retransmissions in the colour of loss, and leaves them out where there are none', () => {
    const figure = storm.split('<b>Retransmissions</b>')[1]?.split('</figure>')[0] ?? '';
    expect(figure).toContain('<path class="loss"');
    expect(storm.split('<b>Packets</b>')[1]?.split('</figure>')[0]).not.toContain('<path class="loss"');
    expect(page(makeCaptureReport())).not.toContain('<b>Retransmissions</b>');
  });

  it('lists listeners and clients', () => {
    expect(section(storm, '<h2>Listeners</h2>')).toMatch(/10\.20\.0\.5:24224<.*data-label="completed">93 %</);
    expect(section(storm, '<h2>Listeners</h2>')).toContain('640 senders every 1.0 s');
    expect(section(storm, '<h2>Clients</h2>')).toMatch(/10\.20\.1\.1<.*data-label="payload">39\.1 KiB</);
    expect(section(storm, '<h2>Clients</h2>')).toContain('and 634 more');
  });
});

describe('the connections of a page', () => {
  const table = storm.split('id="connection-table"')[1]?.split('</table>')[0] ?? '';

  it('have headings that a script can make buttons of', () => {
    const heads = table.match(/<th scope="col" aria-sort="none"[^>]*><button type="button" disabled>/g);
    expect(heads).toHaveLength(10);
    expect(storm).toMatch(/<p class="controls" id="connection-controls" hidden>/);
    expect(storm).toContain('<option value="accept-queue-stall">accept-queue-stall (2)</option>');
  });

  it('stand worst first, each with a link to its ladder', () => {
    const judgements = [...table.matchAll(/<tr data-judgement="([\w-]+)">/g)].map(([, id]) => id);
    const all: readonly string[] = judgementIds;
    const ranks = judgements.map((id = '') => all.indexOf(id));
    expect(ranks).toHaveLength(7);
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
    for (const { connection } of stormStories()) {
      expect(table).toContain(`<a href="#connection-${connection.number}">`);
      expect(storm).toMatch(
        new RegExp(
          `<details id="connection-${connection.number}">.*?<div class="story">.*?<svg class="ladder"`,
          's',
        ),
      );
    }
  });

  it('are sorted by numbers, not by their text; what is unknown says nothing', () => {
    expect(table).toContain('<td class="number" data-v="1028.4">1.0 s</td>');
    const timeout = table.split('\n').find((row) => row.includes('syn-timeout')) ?? '';
    expect(timeout).toContain('<td class="number" data-v=""></td>');
  });

  it('are as many as a page can carry, the told ones always among them', () => {
    const many = Array.from({ length: 5000 }, (_, number) => makeConnection({ number }));
    const told = synTimeoutStory(4999);
    const html = page(heartbeatStorm({ connections: many }), [told]);
    expect(html.match(/<tr data-judgement=/g)).toHaveLength(1000);
    expect(html).toContain('Listed: 1,000 of 6,460 connections');
    expect(html).toContain('href="#connection-4999"');
    expect(carried(html)).not.toHaveProperty('connections');
  });

  it('keep a page small, however long they are', () => {
    const stories = Array.from({ length: 150 }, (_, number) => bulkStory(500, number));
    const html = page(heartbeatStorm(), stories);
    expect(html.match(/<details id="connection-/g)).toHaveLength(100);
    expect(html.length).toBeLessThan(2_500_000);
  });

  it('say how to look closer, where there is a file', () => {
    expect(storm).toContain('tshark -r storm.pcapng -Y tcp.stream==17');
    expect(markup(page(heartbeatStorm({ file: '-' }), stormStories()))).not.toContain('tshark');
  });
});

describe('foreign words in a page', () => {
  it.each([
    '<script>alert(1)</script>',
    '</script><script>alert(1)</script>',
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    '<!-- <script>',
    '\u202egnp.exe',
  ])('%j is shown as text', (text) => {
    const { report, stories } = reportNamed(text);
    const html = page(report, stories);
    expect(elementsOf(html).filter((name) => name === 'script')).toHaveLength(2);
    expect(html).not.toContain('<script>alert');
    expect(markup(html)).not.toMatch(/[^&;\w]onmouseover=["']|\u202e|<!--/);
    expect(carried(html)).toEqual(JSON.parse(JSON.stringify(report)));
  });

  it('change no element', () => {
    const usual = (text: string): string[] => {
      const { report, stories } = reportNamed(text);
      return elementsOf(page(report, stories));
    };
    const plain = usual('x');
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 30, unit: 'binary' }), (text) => {
        fc.pre(text.trim() !== '' && !/^(none\b|-$)/.test(text));
        expect(usual(text)).toEqual(plain);
      }),
      { numRuns: 60 },
    );
  });

  it('cannot claim a time that breaks it', () => {
    const html = page(makeCaptureReport({ fromMs: 1e18, toMs: 2e18 }));
    expect(html).toContain('<time>1000000000000000000</time>');
  });

  it('do not reach the script: a judgement is one of ours', () => {
    const odd = { ...makeConnection(), judgement: judged('unknown', '"><img src=x>', [1]) };
    expect(markup(page(heartbeatStorm({ examples: [odd] })))).not.toContain('<img');
  });
});
