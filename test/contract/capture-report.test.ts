import { describe, expect, it } from 'vitest';
import { HalfopenError } from '../../src/base/errors.ts';
import {
  type ContractCaptureReport,
  captureReportJsonSchema,
  parseCaptureReport,
} from '../../src/contract/capture-report.ts';
import { judgementIds } from '../../src/tcp/capture.ts';
import { captureFinding, heartbeatStorm } from '../fixtures/capture-report.ts';
import { makeConnection } from '../fixtures/capture-stories.ts';

const finding = { ...captureFinding(), remedies: [] };
const storm: ContractCaptureReport = {
  ...heartbeatStorm(),
  partial: { because: 'the file ends inside it', atByte: 88_112, record: 1204 },
  findings: [finding],
  unknowns: [{ rule: 'nic-drops', missing: 'interfaces', because: 'a capture does not show them' }],
  connections: [makeConnection({ end: { how: 'silence', by: null, atMs: null } })],
};

type Json = Record<string, unknown>;
const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

function failureOf(json: unknown): HalfopenError {
  try {
    parseCaptureReport(json);
  } catch (error) {
    if (error instanceof HalfopenError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('parseCaptureReport', () => {
  it('reads back what was written', () => {
    expect(parseCaptureReport(asJson(storm))).toEqual(storm);
  });

  it('does not ask for connections, nor for judgements that none has', () => {
    const { connections: _, ...short } = storm;
    const report = { ...short, partial: null, judgements: {} };
    expect(parseCaptureReport(asJson(report))).toEqual(report);
  });

  it('knows every judgement, and no other', () => {
    const judgements = Object.fromEntries(judgementIds.map((id, i) => [id, i]));
    expect(parseCaptureReport({ ...asJson(storm), judgements }).judgements).toEqual(judgements);
    expect(failureOf({ ...asJson(storm), judgements: { fine: 1 } }).message).toContain('judgements');
  });

  it.each([
    ['schemaVersion', 2, 'schemaVersion: expected 1, found 2'],
    ['format', 'erf', 'format: '],
    ['packets', 1.5, 'packets: '],
    ['packets', -1, 'packets: '],
    ['partial', undefined, 'partial: expected object, found nothing'],
    ['totals', { connections: 1 }, 'totals.syn: expected number, found nothing'],
    ['listeners', [{ ...storm.listeners[0], completionRatio: 1.2 }], 'listeners[0].completionRatio: '],
    ['listeners', [{ ...storm.listeners[0], resets: 4 }], 'listeners[0].resets: expected object, found 4'],
    ['findings', [{ ...finding, id: 'bad-luck' }], 'findings[0].id: '],
    ['findings', [{ ...finding, remedies: [{ kind: 'none' }] }], 'findings[0].remedies[0].kind: '],
    ['examples', [{ ...makeConnection(), clientPort: 65_536 }], 'examples[0].clientPort: '],
    ['examples', [{ ...makeConnection(), serverPort: null }], 'examples[0].serverPort: '],
    ['connections', [{ ...makeConnection(), extra: 1 }], 'connections[0]: Unrecognized key: "extra"'],
    ['extra', 1, 'Unrecognized key: "extra"'],
  ])('names the wrong field of %s, case %#', (key, value, said) => {
    const failure = failureOf({ ...asJson(storm), [key]: value });
    expect(failure.message).toContain(said);
    expect(failure.exitCode).toBe(2);
  });

  it.each([null, 'text', 7, []])('says so when the document is no object: %j', (json) => {
    expect(failureOf(json).message).toMatch(/^cannot read the report of a capture: the top level: /);
  });
});

describe('captureReportJsonSchema', () => {
  it('is told to other people’s validators whole: what may be absent, and what may not', () => {
    const required = Object.keys(storm).filter((key) => key !== 'connections');
    const schema = captureReportJsonSchema();
    expect([...(schema.required as string[])].sort()).toEqual(required.sort());
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      additionalProperties: false,
      properties: {
        connections: { type: 'array' },
        judgements: { propertyNames: { enum: [...judgementIds] } },
      },
    });
    expect(schema).not.toHaveProperty('properties.judgements.required');
  });
});
