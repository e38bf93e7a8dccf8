import { describe, expect, it } from 'vitest';
import { HalfopenError } from '../../src/base/errors.ts';
import { parseProof, proofJsonSchema } from '../../src/contract/proof.ts';
import { backlogProof } from '../fixtures/proof.ts';

const asJson = (value: unknown): Record<string, unknown> =>
  JSON.parse(JSON.stringify(value)) as Record<string, unknown>;

describe('parseProof', () => {
  it('reads back what was written', () => {
    const proof = backlogProof();
    expect(parseProof(asJson(proof))).toEqual(proof);
  });

  it.each([
    ['schemaVersion', 2],
    ['before', {}],
    ['rows', [{ name: 'served' }]],
    ['worked', 'yes'],
  ])('refuses a wrong %s', (key, value) => {
    expect(() => parseProof({ ...asJson(backlogProof()), [key]: value })).toThrow(HalfopenError);
  });

  it('is told to other people’s validators whole', () => {
    expect(proofJsonSchema().required).toEqual(
      expect.arrayContaining(['schemaVersion', 'finding', 'subject', 'remedy', 'before', 'after', 'worked']),
    );
    expect(proofJsonSchema()).toMatchObject({ additionalProperties: false });
  });
});
