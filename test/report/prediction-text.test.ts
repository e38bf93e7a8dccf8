import { describe, expect, it } from 'vitest';
import { predictionText } from '../../src/report/prediction-text.ts';
import { widthOf } from '../../src/report/wrap-text.ts';
import { allModels } from '../../src/tcp/model/all-models.ts';
import { newestKernel } from '../../src/tcp/model/kernel-version.ts';
import { modelNames } from '../../src/tcp/prediction.ts';

const textOf = (model: (typeof modelNames)[number], values = {}, columns = 100, colour = false): string =>
  predictionText(
    { prediction: allModels[model].predict(values, newestKernel), source: 'Linux 6.18', notes: [] },
    { columns, colour },
  );

describe('predictionText', () => {
  it.each([40, 60, 80, 100])('no line is wider than %i columns, in any model', (columns) => {
    for (const model of modelNames) {
      const wide = textOf(model, {}, columns)
        .split('\n')
        .filter((line) => widthOf(line) > columns);
      expect(wide).toEqual([]);
    }
  });

  it('is the same without colour', () => {
    const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
    for (const model of modelNames) {
      expect(textOf(model, {}, 80, true).replaceAll(escapes, '')).toBe(textOf(model, {}, 80));
    }
  });

  it('a long table keeps its beginning and its end', () => {
    const text = textOf('connect', { tcp_syn_linear_timeouts: 60, tcp_syn_retries: 8 });
    expect(text).toMatch(/ … +\d+ more\n/);
    expect(text).toMatch(/sent again \(1\)/);
    expect(text).toMatch(/sent again \(68\)/);
  });

  it('other ends stand in time order and are called so', () => {
    const text = textOf('close', { closing: 'time-wait', tcp_tw_reuse: 1 });
    expect(text).toMatch(/1 s +end +perhaps reused\n.*60 s +62 s +end +gone/);
  });

  it('options that are not set are named without a value', () => {
    expect(textOf('connect')).toMatch(/not set: TCP_SYNCNT, TCP_USER_TIMEOUT/);
    expect(textOf('connect')).not.toMatch(/TCP_SYNCNT=0/);
  });

  it('notes stand below the source', () => {
    const prediction = allModels.queues.predict({}, newestKernel);
    const text = predictionText(
      { prediction, source: 'Linux 6.18', notes: ['could not be read here: X'] },
      { columns: 80, colour: false },
    );
    expect(text).toContain('Linux 6.18\ncould not be read here: X\n');
  });
});
