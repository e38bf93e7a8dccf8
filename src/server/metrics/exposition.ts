import { Counter, Gauge, Registry, type RegistryContentType } from 'prom-client';
import { labelNames, type MetricFamily } from './metric.ts';

export type MetricsFormat = 'prometheus' | 'openmetrics';

const contentTypes: Readonly<Record<MetricsFormat, RegistryContentType>> = Object.freeze({
  prometheus: Registry.PROMETHEUS_CONTENT_TYPE,
  openmetrics: Registry.OPENMETRICS_CONTENT_TYPE,
});

/**
 * Metrics as text. A registry lives for one answer: prom-client's OpenMetrics renames the counters it prints, and a metric without
 * labels would print a 0 that nobody measured.
 */
export async function exposition(
  families: readonly MetricFamily[],
  format: MetricsFormat,
): Promise<{ readonly contentType: string; readonly body: string }> {
  const registry = new Registry<RegistryContentType>();
  registry.setContentType(contentTypes[format]);
  for (const family of families) register(family, registry);
  return { contentType: registry.contentType, body: await registry.metrics() };
}

function register({ metric, samples }: MetricFamily, registry: Registry<RegistryContentType>): void {
  const { name, help, type } = metric;
  const configuration = { name, help, labelNames: [...labelNames(metric)], registers: [registry] };
  if (type === 'counter') {
    const counter = new Counter(configuration);
    for (const { labels, value } of samples) counter.inc(labels, value);
    return;
  }
  const gauge = new Gauge(configuration);
  for (const { labels, value } of samples) gauge.set(labels, value);
}
