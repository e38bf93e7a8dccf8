import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { captureText } from '../../../src/report/capture/capture-text.ts';
import { type CaptureReport, judgementIds } from '../../../src/tcp/capture.ts';
import {
  captureFinding,
  heartbeatStorm,
  lonelyTimeouts,
  makeCaptureListener,
  makeCaptureReport,
  makeTotals,
  reportNamed,
} from '../../fixtures/capture-report.ts';
import { judged, makeConnection } from '../../fixtures/capture-stories.ts';

const plain = { width: 100, colour: false, verbose: false };

function linesOf(text: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are to be taken out
  return text.replace(/\u001b\[\d+m/g, '').split('\n');
}

const firstLine = (report: CaptureReport): string => captureText(report, plain).split('\n')[0] ?? '';

describe('captureText', () => {
  it('tells a small capture whole', () => {
    expect(captureText(lonelyTimeouts(), { ...plain, width: 80 })).toMatchInlineSnapshot(`
      "! The one connection in this capture did not go as it should: 7 SYNs in 65.1 s,
        and nothing came back (syn-timeout).
        lonely.pcap · pcap · 8 packets (1 of them not TCP) · 1 connection · 65.1 s

      x syn-timeout  1  100 %  no SYN was ever answered

      10.20.0.5:24224
        1 connection, <0.1/s · 0 % completed, ? empty · 6 SYNs again, 0 % resent ·
        connect ?, p99 ?

      most packets   10.20.1.0 (7 in 1 connection)

      connection 0: 10.20.1.0:40000 to 10.20.0.5:24224, from 0 s: syn-timeout, certain
        7 SYNs in 65.1 s, and nothing came back (packets 40, 42, 44, 46, 48, 50 and 1
        more).
        halfopen capture analyze lonely.pcap --ladder 0
        tshark -r lonely.pcap -Y tcp.stream==0
      "
    `);
  });

  it.each([
    ['storm', plain],
    ['storm-60', { ...plain, width: 60 }],
    ['storm-verbose', { ...plain, verbose: true }],
  ] as const)('%s', async (name, options) => {
    await expect(captureText(heartbeatStorm(), options)).toMatchFileSnapshot(`golden/${name}.txt`);
  });

  it('says plainly that nothing is wrong, and with how many', () => {
    expect(captureText(makeCaptureReport(), plain)).toMatchInlineSnapshot(`
      "ok Nothing is wrong with the 1,204 connections in this capture: 1,200 completed, 4 ongoing.
        quiet.pcap · pcap · 13,244 packets · 1,204 connections · 20.0 s

        completed  1,200  >99 %  opened, used, closed in order
        ongoing        4   <1 %  still open at the end, nothing amiss

      listener       connections  arrivals  completed  empty  SYNs again  resent  connect     p99
      10.20.0.5:443        1,204      60/s      100 %    0 %           0     0 %   0.4 ms  2.1 ms

      arrivals       ████████████████████ SYNs, up to 60 in 1.0 s
      most packets   10.20.1.7 (8,844 in 804 connections), 10.20.1.9 (4,400 in 400 connections)
      "
    `);
  });

  it('leads with the worst finding, whatever the order it was given', () => {
    const findings = heartbeatStorm().findings.toReversed();
    expect(firstLine(heartbeatStorm({ findings }))).toMatch(
      /^x 10\.20\.0\.5:24224 drops new connections: its accept queue is full +likely$/,
    );
  });

  it.each([
    ['a partial file', { partial: { because: 'cut', atByte: 24, record: 1 } }, 'not read beyond record 1'],
    [
      'a check that could not be made',
      { unknowns: [{ rule: 'syn-flood', missing: 'packets', because: 'the kernel dropped 12 packets' }] },
      '1 check could not be made',
    ],
    [
      'connections that could not be judged',
      { judgements: { completed: 3, unknown: 2 } },
      '2 connections could not be judged',
    ],
    [
      'packets that could not be read',
      { skipped: { fragments: 0, notTcp: 0, malformed: 1, cut: 2 } },
      '3 packets could not be read',
    ],
    [
      'packets that the capture missed',
      { totals: makeTotals({ connections: 9, missedByCapture: 4 }) },
      'the capture lacks packets that were sent (4 gaps)',
    ],
  ] as const)('gives no clean bill with %s', (_, missing, words) => {
    const text = captureText(makeCaptureReport(missing), { ...plain, width: 200 });
    expect(text).toMatch(/^- Nothing wrong was found in what could be judged of this capture: /);
    expect(text.split('\n')[0]).toContain(words);
    expect(text).not.toMatch(/^ok|healthy|Nothing is wrong/m);
  });

  it('does not call connections well that no rule complained of', () => {
    const judgements = { refused: 1, 'slow-open': 2, completed: 1201 };
    expect(firstLine(makeCaptureReport({ judgements }))).toBe(
      '! 3 of 1,204 connections did not go as they should: 1 refused, 2 slow-open.',
    );
  });

  it('says that there is nothing to judge', () => {
    const nothing = { judgements: {}, totals: makeTotals({}), listeners: [], peers: [] };
    expect(firstLine(makeCaptureReport({ ...nothing, packets: 9, tcpPackets: 0 }))).toBe(
      '- There is no TCP in this capture.',
    );
    expect(firstLine(makeCaptureReport(nothing))).toBe('- There is no TCP connection in this capture.');
  });

  it('shows that a file was not read to its end', () => {
    const partial = { because: 'captured length 4,294,967,295', atByte: 88_112, record: 1204 };
    const text = captureText(heartbeatStorm({ partial }), plain);
    expect(text).toContain('  storm.pcapng · PARTIAL · pcapng · ');
    expect(text).toContain(
      '! Partial: from record 1,204 at byte 88,112 on nothing was read: captured length 4,294,967,295',
    );
  });

  it('names the delays that are SYN retries, also from several listeners', () => {
    const connectLatency = [
      { fromMs: 0, toMs: 1, connections: 90 },
      { fromMs: 950, toMs: 1100, connections: 10, synRetries: 1 },
    ];
    const listeners = [24_224, 443].map((port) => makeCaptureListener({ port, connectLatency }));
    const text = captureText(makeCaptureReport({ listeners }), plain);
    expect(text).toMatch(/^ {2}under 1 ms {9,}180 {2}█{30}$/m);
    expect(text).toMatch(/^ {2}1\.0 s = 1 SYN retry {3}20 {2}███▍$/m);
  });

  it('keeps one problem on one screen', () => {
    const [finding = captureFinding()] = heartbeatStorm().findings;
    const lines = linesOf(captureText(heartbeatStorm({ findings: [finding] }), plain));
    expect(lines.length).toBeLessThanOrEqual(50);
  });

  it('keeps a long list of the same finding short', () => {
    const findings = Array.from({ length: 9 }, () => captureFinding({ explanation: 'WHY' }));
    expect(captureText(heartbeatStorm({ findings }), plain).match(/WHY/g)).toHaveLength(2);
    expect(captureText(heartbeatStorm({ findings }), { ...plain, verbose: true }).match(/WHY/g)).toHaveLength(
      9,
    );
  });

  it('gives commands that can be pasted', () => {
    const text = captureText(heartbeatStorm({ file: "it's here.pcap" }), plain);
    expect(text).toContain(`halfopen capture analyze 'it'\\''s here.pcap' --ladder 31`);
    expect(text).toContain(`tshark -r 'it'\\''s here.pcap' -Y tcp.stream==31`);
    expect(captureText(heartbeatStorm({ file: '-x.pcap' }), plain)).toContain('tshark -r ./-x.pcap');
  });

  it('gives none for a stream that is gone', () => {
    const text = captureText(heartbeatStorm({ file: '-' }), plain);
    expect(text).toContain('standard input · pcapng');
    expect(text).not.toContain('tshark');
  });

  it('differs between colour and none only by colour', () => {
    const coloured = captureText(heartbeatStorm(), { ...plain, colour: true });
    expect(coloured).toContain('\u001b[31m');
    expect(linesOf(coloured).join('\n')).toBe(captureText(heartbeatStorm(), plain));
  });

  it('lets no foreign word write to the terminal', () => {
    const { report } = reportNamed('\u001b]0;owned\u0007\u001b[2Jx\r\nfake line\u202e');
    const text = captureText(report, { ...plain, verbose: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not be there
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    expect(text).not.toMatch(/^fake line/m);
    expect(text).toContain('\\x1b');
  });
});

describe('no line is wider than the terminal', () => {
  const word = fc.oneof(
    fc.string({ maxLength: 120 }),
    fc.constantFrom('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'x'.repeat(90), ''),
  );
  const report: fc.Arbitrary<CaptureReport> = fc
    .record({
      text: word,
      counts: fc.array(fc.nat({ max: 10 ** 9 }), {
        minLength: judgementIds.length,
        maxLength: judgementIds.length,
      }),
      findings: fc.boolean(),
    })
    .map(({ text, counts, findings }) => {
      const { report: named } = reportNamed(text);
      const judgements = Object.fromEntries(judgementIds.map((id, i) => [id, counts[i] ?? 0]));
      const examples = judgementIds.map((id, number) =>
        makeConnection({ number, client: text, judgement: judged(id, text, counts) }),
      );
      return { ...named, judgements, examples, findings: findings ? named.findings : [] };
    });

  it.each([40, 50, 60, 80, 100, 200])('%i columns', (width) => {
    fc.assert(
      fc.property(report, fc.boolean(), fc.boolean(), (one, colour, verbose) => {
        for (const line of linesOf(captureText(one, { colour, width, verbose })))
          expect([...line].length).toBeLessThanOrEqual(width);
      }),
      { numRuns: 30 },
    );
    for (const one of [heartbeatStorm(), makeCaptureReport(), lonelyTimeouts()])
      for (const verbose of [true, false])
        for (const line of linesOf(captureText(one, { colour: true, width, verbose })))
          expect([...line].length).toBeLessThanOrEqual(width);
  });
});
