import { describe, expect, it } from 'vitest';
import { parsePrediction } from '../../src/contract/prediction.ts';
import { allModels } from '../../src/tcp/model/all-models.ts';
import { newestKernel } from '../../src/tcp/model/kernel-version.ts';

const prediction = allModels.connect.predict({}, newestKernel);

describe('parsePrediction', () => {
  it('takes what the models make, and gives it back', () => {
    for (const model of Object.values(allModels)) {
      const made = model.predict({}, newestKernel);
      expect(parsePrediction(JSON.parse(JSON.stringify(made)))).toEqual(made);
    }
  });

  it.each([
    [{ ...prediction, schemaVersion: 2 }, /schemaVersion: .*found 2/],
    [{ ...prediction, model: 'udp' }, /model: .*found "udp"/],
    [
      { ...prediction, events: [{ ...prediction.events[0], what: 'PING' }] },
      /events\[0\]\.what: .*found "PING"/,
    ],
    [{ ...prediction, outcome: { ...prediction.outcome, atMs: 'soon' } }, /outcome\.atMs: .*found "soon"/],
    [{ ...prediction, more: 1 }, /Unrecognized key: "more"/],
    [[], /found a list of 0/],
  ])('names the first wrong field', (json, words) => {
    expect(() => parsePrediction(json)).toThrow(words);
  });
});
