import { Counter, Gauge, Registry, type RegistryContentType } from 'prom-client';
import { labelNames, type MetricFamily, type Sample } from './metric.ts';

export type MetricsFormat = 'prometheus' | 'openmetrics';

const contentTypes: Readonly<Record<MetricsFormat, RegistryContentType>> = Object.freeze({
  prometheus: Registry.PROMETHEUS_CONTENT_TYPE,
  openmetrics: Registry.OPENMETRICS_CONTENT_TYPE,
});

/** Metrics as text. A registry lives for one answer: prom-client's OpenMetrics renames the counters it prints. */
export async function exposition(
  families: readonly MetricFamily[],
  format: MetricsFormat,
): Promise<{ readonly contentType: string; readonly body: string }> {
  const registry = new Registry<RegistryContentType>();
  registry.setContentType(contentTypes[format]);
  for (const { metric, samples } of families) {
    const { name, help, type } = metric;
    const facts = { name, help, labelNames: [...labelNames(metric)], registers: [registry] };
    if (type === 'counter') new CounterOf(facts, samples);
    else new GaugeOf(facts, samples);
  }
  return { contentType: registry.contentType, body: await registry.metrics() };
}

type Facts = Omit<ConstructorParameters<typeof Gauge>[0], 'collect'>;

/*
 * The samples as they are, instead of set() and inc() for each: those look every label up again, which takes almost three times as
 * long (npm run bench:metrics), and a metric without labels would begin with a 0 that nobody measured.
 */

class GaugeOf extends Gauge {
  readonly #samples: readonly Sample[];

  constructor(facts: Facts, samples: readonly Sample[]) {
    super(facts);
    this.#samples = samples;
  }

  override async get() {
    return { ...(await super.get()), values: this.#samples.map(asValue) };
  }
}

class CounterOf extends Counter {
  readonly #samples: readonly Sample[];

  constructor(facts: Facts, samples: readonly Sample[]) {
    super(facts);
    this.#samples = samples;
  }

  override async get() {
    return { ...(await super.get()), values: this.#samples.map(asValue) };
  }
}

/** Shared labels are put into words once for as long as the row that they are of is there. */
function asValue({ labels, value }: Sample) {
  return { value, labels: {}, sharedLabels: labels };
}
