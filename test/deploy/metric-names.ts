import { allMetrics } from '../../src/server/metrics/catalogue/all-metrics.ts';
import { labelNames } from '../../src/server/metrics/metric.ts';

/** Names in a text that look like metrics of ours and are none. */
export function unknownMetrics(text: string): readonly string[] {
  const names = new Set(allMetrics.map(({ name }) => name));
  const found = text.match(/\bhalfopen_(?:[a-z]+_)*[a-z]+\b/g) ?? [];
  return [...new Set(found)].filter((name) => !names.has(name));
}

/** Matchers in expressions that ask for labels which their metric does not have. */
export function unknownLabels(text: string): readonly string[] {
  const fromScraping = ['instance', 'job'];
  return [...text.matchAll(/\b(halfopen_[a-z_]+)\{([^{}]*)\}/g)].flatMap(([, name, matchers = '']) => {
    const metric = allMetrics.find((one) => one.name === name);
    const known = [...fromScraping, ...(metric === undefined ? [] : labelNames(metric))];
    return [...matchers.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g)]
      .map(([, label = '']) => label)
      .filter((label) => !known.includes(label))
      .map((label) => `${name} has no label ${label}`);
  });
}
