import { describe, expect, it } from 'vitest';
import { parseTuneLint, tuneLintJsonSchema } from '../../src/contract/tune-lint.ts';
import { lineJudgements, type TuneLint } from '../../src/tcp/tune-lint.ts';

const lint: TuneLint = {
  schemaVersion: 1,
  kernel: '6.18',
  files: ['a.conf'],
  lines: lineJudgements.map((judgement, i) => ({
    file: 'a.conf',
    line: i + 1,
    parameter: 'net.ipv4.tcp_tw_recycle',
    value: '1',
    judgement,
    because: 'Because.',
    effective: i > 0,
    ...(i > 0 ? {} : { overriddenBy: { file: 'a.conf', line: 2 }, problem: 'removed' as const }),
  })),
  errors: [
    { file: 'b.conf', message: 'it does not exist' },
    { file: 'a.conf', line: 9, message: 'no text' },
  ],
  notes: [],
};

describe('tune lint, version 1', () => {
  it('takes what the program makes', () => {
    expect(parseTuneLint(JSON.parse(JSON.stringify(lint)))).toEqual(lint);
  });

  it.each([
    [{ ...lint, schemaVersion: 2 }, /schemaVersion/],
    [{ ...lint, lines: [{ ...lint.lines[0], judgement: 'fine' }] }, /lines\[0\]\.judgement/],
    [{ ...lint, lines: [{ ...lint.lines[0], line: 0 }] }, /lines\[0\]\.line/],
    [{ ...lint, lines: [{ ...lint.lines[0], effective: undefined }] }, /lines\[0\]\.effective/],
    [{ ...lint, more: 1 }, /more/],
  ])('refuses %j', (document, words) => {
    expect(() => parseTuneLint(document)).toThrow(words);
  });

  it('asks in its schema for the seven fields scripts rely on', () => {
    expect(JSON.stringify(tuneLintJsonSchema())).toContain(
      '"required":["file","line","parameter","value","judgement","because","effective"]',
    );
  });
});
