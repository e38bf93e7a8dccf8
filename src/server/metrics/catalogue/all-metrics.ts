import type { Metric } from '../metric.ts';
import { hostMetrics } from './host-metrics.ts';
import { incidentMetrics } from './incident-metrics.ts';
import { allListenersMetrics, listenerInfo, listenerSeriesMetrics } from './listener-metrics.ts';
import { namespaceMetrics } from './namespace-metrics.ts';
import { recorderMetrics } from './recorder-metrics.ts';

/** Everything that /metrics and OTLP tell, in this order. */
export const allMetrics: readonly Metric[] = Object.freeze([
  ...incidentMetrics,
  ...listenerSeriesMetrics,
  listenerInfo,
  ...allListenersMetrics,
  ...namespaceMetrics,
  ...hostMetrics,
  ...recorderMetrics,
]);
