import type { MetricFamily, MetricUnit, Sample } from '../metrics/metric.ts';
import {
  type OtlpAttribute,
  type OtlpResource,
  type OtlpScope,
  otlpAttributes,
  unixNano,
} from './otlp-attributes.ts';

interface OtlpPoint {
  readonly attributes: readonly OtlpAttribute[];
  readonly startTimeUnixNano?: string;
  readonly timeUnixNano: string;
  readonly asDouble: number;
}

interface OtlpMetric {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly gauge?: { readonly dataPoints: readonly OtlpPoint[] };
  readonly sum?: {
    readonly dataPoints: readonly OtlpPoint[];
    readonly aggregationTemporality: 2;
    readonly isMonotonic: true;
  };
}

/** ExportMetricsServiceRequest */
export interface OtlpMetricsRequest {
  readonly resourceMetrics: readonly {
    readonly resource: OtlpResource;
    readonly scopeMetrics: readonly { readonly scope: OtlpScope; readonly metrics: readonly OtlpMetric[] }[];
  }[];
}

const CUMULATIVE = 2;

export function otlpMetrics(
  families: readonly MetricFamily[],
  facts: { readonly nowMs: number; readonly resource: OtlpResource; readonly scope: OtlpScope },
): OtlpMetricsRequest {
  const metrics = families.map((family) => otlpMetric(family, facts.nowMs));
  return {
    resourceMetrics: [{ resource: facts.resource, scopeMetrics: [{ scope: facts.scope, metrics }] }],
  };
}

function otlpMetric({ metric, samples }: MetricFamily, nowMs: number): OtlpMetric {
  const { name, help, unit, type } = metric;
  const dataPoints = samples.map((sample) => point(sample, nowMs));
  // Prometheus' receivers add `_total` to monotonic sums themselves.
  const words = { name: name.replace(/_total$/, ''), description: help, unit: ucum(unit) };
  if (type === 'gauge') return { ...words, gauge: { dataPoints } };
  return { ...words, sum: { dataPoints, aggregationTemporality: CUMULATIVE, isMonotonic: true } };
}

function point({ labels, value, startMs }: Sample, nowMs: number): OtlpPoint {
  return {
    attributes: otlpAttributes(labels),
    ...(startMs === undefined ? {} : { startTimeUnixNano: unixNano(startMs) }),
    timeUnixNano: unixNano(nowMs),
    asDouble: value,
  };
}

/** UCUM as OpenTelemetry uses it: what is counted stands in braces. "1" would become "_ratio" in Prometheus, so what has no unit has none. */
function ucum(unit: MetricUnit): string {
  switch (unit) {
    case 'seconds':
      return 's';
    case 'bytes':
      return 'By';
    case 'ratio':
      return '1';
    case 'none':
      return '';
    default:
      return `{${unit}}`;
  }
}
