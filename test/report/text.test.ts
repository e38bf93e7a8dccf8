import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RenderInput } from '../../src/report/render-input.ts';
import { renderText } from '../../src/report/text.ts';
import { wrapText } from '../../src/report/wrap-text.ts';
import { type Finding, findingIds } from '../../src/tcp/finding.ts';
import {
  ends,
  makeFinding,
  makeListener,
  makeNamespace,
  makeObservation,
  makeProcess,
} from '../fixtures/observation.ts';
import { halfBlindHost, inputOf, overloadedHost, quietHost } from './hosts.ts';

const plain = { colour: false, columns: 100, verbose: false };

function linesOf(text: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are to be taken out
  return text.replace(/\u001b\[\d+m/g, '').split('\n');
}

describe('renderText', () => {
  it('tells an incident as a person would', async () => {
    await expect(renderText(overloadedHost, plain)).toMatchFileSnapshot('golden/overloaded.txt');
  });

  it('tells everything with --verbose', async () => {
    await expect(renderText(overloadedHost, { ...plain, verbose: true })).toMatchFileSnapshot(
      'golden/overloaded-verbose.txt',
    );
  });

  it('fits a narrow terminal', async () => {
    await expect(renderText(overloadedHost, { ...plain, columns: 60 })).toMatchFileSnapshot(
      'golden/overloaded-60.txt',
    );
  });

  it('says plainly that nothing is wrong, and what was looked at', async () => {
    await expect(renderText(quietHost, plain)).toMatchFileSnapshot('golden/quiet.txt');
  });

  it('gives no clean bill when checks could not be made', async () => {
    const text = renderText(halfBlindHost, plain);
    await expect(text).toMatchFileSnapshot('golden/half-blind.txt');
    expect(text).toContain('No problem found in what could be seen; 3 checks could not be made:');
    expect(text).not.toMatch(/^ok/m);
  });

  it.each([overloadedHost, quietHost, halfBlindHost])('never says healthy', (host) => {
    expect(renderText(host, { ...plain, verbose: true })).not.toMatch(/healthy/i);
  });

  it('differs between colour and none only by colour', () => {
    const coloured = renderText(overloadedHost, { ...plain, colour: true });
    expect(coloured).toContain('\u001b[31m');
    expect(linesOf(coloured).join('\n')).toBe(renderText(overloadedHost, plain));
  });

  it('uses 100 columns unless told otherwise', () => {
    expect(renderText(overloadedHost, { colour: false, verbose: false })).toBe(
      renderText(overloadedHost, plain),
    );
  });

  it('keeps a long list of the same finding short', () => {
    const many = Array.from({ length: 9 }, (_, i) =>
      makeFinding({ title: `listener ${i} drops`, explanation: 'WHY' }),
    );
    const input = inputOf(makeObservation(), { findings: many, unknowns: [] });
    const text = renderText(input, plain);
    expect(text.match(/WHY/g)).toHaveLength(3);
    expect(text).toContain('x listener 8 drops');
    expect(text).toContain('--verbose');
    expect(renderText(input, { ...plain, verbose: true }).match(/WHY/g)).toHaveLength(9);
  });

  it('puts the worst first, whatever the order it was given', () => {
    const findings = [
      makeFinding({ severity: 'info', title: 'note' }),
      makeFinding({ severity: 'warning', title: 'warning' }),
      makeFinding({ severity: 'critical', confidence: 'possible', title: 'guess' }),
      makeFinding({ severity: 'critical', confidence: 'certain', title: 'fact' }),
    ];
    const text = renderText(inputOf(makeObservation(), { findings, unknowns: [] }), plain);
    const signs = text.split('\n').filter((line) => /^[x!-] /.test(line));
    expect(signs.map((line) => line.slice(0, 9).trim())).toEqual([
      'x fact',
      'x guess',
      '! warning',
      '- note',
    ]);
  });

  it('lets no process or log line write to the terminal', () => {
    const evil = '\u001b]0;owned\u0007\u001b[2Jruby\r\nfake line\u202e';
    const input = inputOf(makeObservation({ processes: [makeProcess({ name: evil })] }), {
      findings: [
        makeFinding({
          title: evil,
          explanation: evil,
          evidence: [{ source: evil, name: evil, value: evil, unit: evil, note: evil }],
          ruledOut: [{ id: evil, because: evil }],
          remedies: [{ kind: 'process', summary: evil, command: evil, effect: evil, risk: evil }],
        }),
      ],
      unknowns: [{ rule: 'syn-flood', missing: evil, because: evil }],
    });
    const text = renderText(input, { ...plain, verbose: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not be there
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    expect(text).toContain('\\x1b');
  });

  it('breaks a shell command only with a backslash', () => {
    const command = `sysctl -w ${'net.ipv4.ip_local_port_range=1024 '.repeat(8).trim()}`;
    const remedies = [{ kind: 'sysctl' as const, summary: 'more ports', command, effect: '', risk: '' }];
    const lines = renderText(
      inputOf(makeObservation(), { findings: [makeFinding({ remedies })], unknowns: [] }),
      plain,
    )
      .split('\n')
      .filter((line) => line.includes('ip_local_port_range'));
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.slice(0, -1).every((line) => line.endsWith(' \\'))).toBe(true);
    expect(lines.at(-1)).not.toContain('\\');
  });
});

describe('no line is wider than the terminal', () => {
  const longIpv6 = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff';
  const longName =
    'a-process-with-an-unreasonably-long-name-that-never-ends-and-has-no-blank-in-it-at-all-really';
  const text = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.constantFrom(longIpv6, longName, `[${longIpv6}]:65535 (${longName}, pid 4194304)`, '', 'short'),
    fc.lorem({ maxCount: 40 }),
  );
  const finding: fc.Arbitrary<Finding> = fc.record({
    id: fc.constantFrom(...findingIds),
    severity: fc.constantFrom('critical', 'warning', 'info'),
    confidence: fc.constantFrom('certain', 'likely', 'possible'),
    namespace: fc.constantFrom(4_026_531_840, 2),
    subject: fc.constant({}),
    title: text,
    explanation: text,
    cause: fc.record({ id: text, title: text }),
    evidence: fc.array(
      fc.record({ source: text, name: text, value: fc.oneof(fc.nat(), text), unit: text, note: text }),
      { maxLength: 4 },
    ),
    ruledOut: fc.array(fc.record({ id: text, because: text }), { maxLength: 3 }),
    remedies: fc.array(
      fc.record({
        kind: fc.constantFrom('application', 'sysctl', 'none'),
        summary: text,
        command: fc.oneof(
          text,
          text.map((end) => `sysctl -w x=1 ${end}\nsystemctl restart ${end}`),
        ),
        effect: text,
        risk: text,
      }),
      { maxLength: 3 },
    ),
    experiment: fc.constant({ scenario: '', set: {} }),
  });
  const input: fc.Arbitrary<RenderInput> = fc
    .record({ findings: fc.array(finding, { maxLength: 5 }), because: text, name: text, namespace: text })
    .map(({ findings, because, name, namespace }) =>
      inputOf(
        makeObservation({
          namespaces: [
            makeNamespace({
              listeners: [
                makeListener({ family: 'ipv6', address: longIpv6, port: 65_535, drops: ends(0, 9e9) }),
                makeListener({ pids: [812, 813, 814], acceptQueue: ends({ length: 65_536, limit: 65_535 }) }),
              ],
            }),
            makeNamespace({ inode: 2, names: [namespace] }),
          ],
          processes: [makeProcess({ name })],
        }),
        { findings, unknowns: [{ rule: 'syn-flood', missing: 'packets', because }] },
      ),
    );

  it.each([40, 60, 80, 100, 200])('%i columns', (columns) => {
    fc.assert(
      fc.property(input, fc.boolean(), fc.boolean(), (host, colour, verbose) => {
        for (const line of linesOf(renderText(host, { colour, columns, verbose }))) {
          expect([...line].length).toBeLessThanOrEqual(columns);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('wrapText', () => {
  it('loses nothing but blanks', () => {
    fc.assert(
      fc.property(fc.lorem({ maxCount: 30 }), fc.integer({ min: 1, max: 50 }), (text, width) => {
        expect(wrapText(text, width).join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });

  it('keeps a number and its unit on one line', () => {
    expect(wrapText('the oldest has waited 2.4 s in it', 26)).toEqual([
      'the oldest has waited',
      '2.4 s in it',
    ]);
  });
});
