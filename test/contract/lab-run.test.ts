import { describe, expect, it } from 'vitest';
import { HalfopenError } from '../../src/base/errors.ts';
import { labRunJsonSchema, parseLabRun } from '../../src/contract/lab-run.ts';
import { acceptQueueRun, bulkRun, connectTimeoutRun, keepaliveRun, makeRun } from '../fixtures/lab-run.ts';

const asJson = (value: unknown): Record<string, unknown> =>
  JSON.parse(JSON.stringify(value)) as Record<string, unknown>;

function failureOf(json: unknown): string {
  try {
    parseLabRun(json);
  } catch (error) {
    if (error instanceof HalfopenError && error.exitCode === 2) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('parseLabRun', () => {
  it.each([makeRun(), connectTimeoutRun(), keepaliveRun({ family: 'ipv6' }), acceptQueueRun(), bulkRun(3)])(
    'reads back what was written',
    (run) => {
      expect(parseLabRun(asJson(run))).toEqual(run);
    },
  );

  it('has every field of the fixed contract', () => {
    const fixed = [
      'schemaVersion',
      'scenario',
      'family',
      'parameters',
      'seed',
      'passed',
      'complete',
      'predicted',
      'checks',
      'packets',
      'findings',
      'capture',
    ];
    expect(labRunJsonSchema().required).toEqual(expect.arrayContaining(fixed));
    expect(labRunJsonSchema()).toMatchObject({ additionalProperties: false });
  });

  it.each([
    ['schemaVersion', 2, 'schemaVersion: expected 1, found 2'],
    ['family', 'ipx', 'found "ipx"'],
    ['checks', [{ name: 'x' }], 'checks[0].predicted'],
    ['packets', [{ ...makeRun(), atMs: '0' }], 'packets[0].atMs: expected number, found "0"'],
    ['predicted', undefined, 'predicted'],
    ['extra', 1, 'Unrecognized key: "extra"'],
  ])('names the wrong field: %s = %j', (key, value, said) => {
    expect(failureOf({ ...asJson(makeRun()), [key]: value })).toContain(said);
  });
});
