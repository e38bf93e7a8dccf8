import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePrediction } from '../../../src/contract/prediction.ts';
import { allModels } from '../../../src/tcp/model/all-models.ts';
import { atLeast, type KernelVersion } from '../../../src/tcp/model/kernel-version.ts';
import { settingSince } from '../../../src/tcp/model/setting-catalogue.ts';
import { modelNames, type Prediction } from '../../../src/tcp/prediction.ts';
import type { Setting, SettingValues } from '../../../src/tcp/setting.ts';

const kernels: readonly KernelVersion[] = [
  { major: 4, minor: 4 },
  { major: 4, minor: 19 },
  { major: 5, minor: 10 },
  { major: 6, minor: 1 },
  { major: 6, minor: 12, patch: 9 },
  { major: 6, minor: 18 },
];

/** Any value a setting takes, the ends of its range more often than the middle. */
function anyValue(setting: Setting): fc.Arbitrary<number | string> {
  if (setting.choices) return fc.constantFrom(...setting.choices);
  const { min = 0, max = 0 } = setting;
  return fc.oneof(
    fc.constant(setting.default),
    fc.constantFrom(min, max),
    fc.integer({ min, max }),
    fc.integer({ min, max: Math.min(max, min + 100) }),
  );
}

function anyValues(settings: readonly Setting[]): fc.Arbitrary<SettingValues> {
  return fc.record(Object.fromEntries(settings.map((setting) => [setting.name, anyValue(setting)])));
}

function ends({ outcome, alternatives = [] }: Prediction) {
  return [outcome, ...alternatives];
}

describe.each(modelNames)('model %s', (name) => {
  const model = allModels[name];

  it('is found under its name, with its settings named once', () => {
    expect(model.name).toBe(name);
    for (const kernel of kernels) {
      const names = model.settings(kernel).map((setting) => setting.name);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it('has defaults inside their ranges', () => {
    for (const kernel of kernels) {
      for (const setting of model.settings(kernel)) {
        if (setting.choices) expect(setting.choices).toContain(setting.default);
        else {
          expect(setting.default).toBeGreaterThanOrEqual(setting.min ?? Number.NaN);
          expect(setting.default).toBeLessThanOrEqual(setting.max ?? Number.NaN);
        }
      }
    }
  });

  it('has no setting from the future', () => {
    for (const kernel of kernels) {
      for (const setting of model.settings(kernel)) {
        const since = settingSince(setting.name);
        if (since !== undefined) expect(atLeast(kernel, since)).toBe(true);
      }
    }
  });

  it('predicts something sound for any values on any kernel, quickly', { timeout: 60_000 }, () => {
    for (const kernel of kernels) {
      fc.assert(
        fc.property(anyValues(model.settings(kernel)), (values) => {
          const prediction = parsePrediction(model.predict(values, kernel));
          expect(prediction.answer).not.toMatch(/NaN|undefined|Infinity/);
          expect(prediction.because.join(' ')).not.toMatch(/NaN|undefined|Infinity/);
          const unsound = prediction.events.filter(
            ({ atMs, latestMs }, i, all) => latestMs < atMs || atMs < (all[i - 1]?.atMs ?? 0),
          );
          expect(unsound).toEqual([]);
          for (const { atMs, latestMs } of ends(prediction)) {
            expect(latestMs ?? 0).toBeGreaterThanOrEqual(atMs ?? 0);
            expect(atMs === null).toBe(latestMs === null);
          }
          const known = model.settings(kernel).map((setting) => setting.name);
          const told = [...Object.keys(prediction.inputs), ...Object.keys(prediction.ignored ?? {})];
          expect(told.sort()).toEqual([...known].sort());
        }),
        { numRuns: 10 },
      );
    }
  });

  it('what it says has no effect has none', { timeout: 60_000 }, () => {
    const kernel: KernelVersion = { major: 6, minor: 18 };
    const settings = model.settings(kernel);
    fc.assert(
      fc.property(anyValues(settings), anyValues(settings), (values, others) => {
        const prediction = model.predict(values, kernel);
        for (const ignored of Object.keys(prediction.ignored ?? {})) {
          const changed = { ...values, [ignored]: others[ignored] ?? 0 };
          const { outcome, events, limits, alternatives } = model.predict(changed, kernel);
          expect({ name: ignored, outcome, events, limits, alternatives }).toEqual({
            name: ignored,
            outcome: prediction.outcome,
            events: prediction.events,
            limits: prediction.limits,
            alternatives: prediction.alternatives,
          });
        }
      }),
      { numRuns: 8 },
    );
  });
});
