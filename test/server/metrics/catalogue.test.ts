import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { allMetrics } from '../../../src/server/metrics/catalogue/all-metrics.ts';
import { labelNames } from '../../../src/server/metrics/metric.ts';
import { metricsPage } from '../../../src/server/metrics/metrics-page.ts';
import { channelsOfKind, seriesKinds } from '../../../src/tcp/recording/channel.ts';

describe('the catalogue of metrics', () => {
  it('docs/metrics.md is what it says', () => {
    const file = fileURLToPath(new URL('../../../docs/metrics.md', import.meta.url));
    const page = metricsPage();
    if (process.env.UPDATE_DOCS) writeFileSync(file, page);
    expect(readFileSync(file, 'utf8')).toBe(page);
    for (const { name } of allMetrics) expect(page).toContain(`### ${name}\n`);
  });

  it('tells every channel that is recorded', () => {
    for (const kind of seriesKinds) {
      const told = allMetrics.flatMap((metric) =>
        metric.of === kind ? metric.parts.map(({ channel }) => channel) : [],
      );
      expect([...new Set(told)].sort()).toEqual(channelsOfKind[kind].map(({ name }) => name).sort());
    }
  });

  it('has each name once', () => {
    const names = allMetrics.map(({ name }) => name);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it.each(allMetrics)('$name is named by the conventions and explained', (metric) => {
    const { name, type, unit, help, reading, asks } = metric;
    expect(name).toMatch(/^halfopen_[a-z]+(_[a-z]+)*$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    if (['seconds', 'bytes', 'ratio'].includes(unit)) expect(name).toMatch(new RegExp(`_${unit}(_total)?$`));
    // OpenMetrics wants double quotes escaped in help, 0.0.4 does not: there are none.
    expect(help).toMatch(/^[^"\\\n]+$/);
    expect(help).toMatch(/[.]$|always 1\.$/);
    expect(reading.length).toBeGreaterThan(10);
    expect(asks).toMatch(/\?$/);
    for (const label of labelNames(metric)) expect(label).toMatch(/^[a-z]+(_[a-z]+)*$/);
    if (metric.of !== 'recorder')
      expect(new Set(metric.parts.map(({ labels }) => Object.keys(labels ?? {}).join())).size).toBe(1);
  });
});
