import { describe, expect, it } from 'vitest';
import { allRows } from '../../src/measure/fidelity/all-rows.ts';
import { readSettings } from '../../src/tcp/setting.ts';

const keyOf = ({ scenario, set, family }: (typeof allRows)[number]): string =>
  `${scenario.name} ${set.join(' ')} ${family}`;

describe('the rows of npm run fidelity', () => {
  it('are at least 150 situations, each once, over both families', () => {
    const keys = allRows.map(keyOf);
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
    expect(keys.length).toBeGreaterThanOrEqual(150);
    expect(new Set(allRows.map(({ family }) => family))).toEqual(new Set(['ipv4', 'ipv6']));
  });

  it('have values that their scenarios take', () => {
    for (const { scenario, set } of allRows) {
      const values = readSettings(scenario.settings, set, scenario.name);
      expect(Object.keys(values)).toEqual(expect.arrayContaining(set.map((one) => one.split('=')[0])));
    }
  });
});
