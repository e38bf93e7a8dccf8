import type { FindingId } from '../../tcp/finding.ts';
import type { SeriesKind } from '../../tcp/recording/channel.ts';
import type { RecorderStatus } from '../../tcp/recording/feed.ts';
import type { Incident } from '../../tcp/recording/incident.ts';
import type { SeriesRows } from './series-rows.ts';

export type MetricUnit =
  | 'seconds'
  | 'bytes'
  | 'ratio'
  | 'connections'
  | 'packets'
  | 'segments'
  | 'requests'
  | 'descriptors'
  | 'entries'
  | 'pages'
  | 'timeouts'
  | 'squeezes'
  | 'incidents'
  | 'findings'
  | 'listeners'
  | 'namespaces'
  | 'things'
  /** 1, 0, or always 1 with the facts in its labels. */
  | 'none';

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** Of a counter: since when it counts, ms since 1970. */
  readonly startMs?: number;
}

interface MetricWords {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly unit: MetricUnit;
  /** What it is, one sentence; no double quotes (OpenMetrics would want them escaped). */
  readonly help: string;
  /** What a value says to a person. */
  readonly reading: string;
  /** The question it answers. */
  readonly asks: string;
}

/** Made of what is recorded each second. */
export interface SeriesMetric extends MetricWords {
  /** 'all listeners': one sample, without labels. */
  readonly of: SeriesKind | 'all listeners';
  /** By channel; several ones are told apart by a label. */
  readonly parts: readonly { readonly channel: string; readonly labels?: Labels }[];
  /** last: of the last full second. total: of all seconds since the start. peak: the largest of the last 60 s. */
  readonly how: 'last' | 'total' | 'peak';
  /** From the channel's unit to the metric's. */
  readonly toUnit: (value: number) => number;
  /** What those without a row of their own have together; none: they are left out. */
  readonly together: 'sum' | 'max' | 'none';
}

/** Made of what the recorder says of itself and of its incidents. */
export interface RecorderMetric extends MetricWords {
  readonly of: 'recorder';
  readonly labels: readonly string[];
  readonly read: (view: RecorderView) => readonly Sample[];
}

export type Metric = SeriesMetric | RecorderMetric;

export interface RecorderView {
  readonly status: RecorderStatus;
  readonly openIncidents: readonly Incident[];
  /** Since `startMs`. */
  readonly incidentsOpened: ReadonlyMap<FindingId, number>;
  readonly startMs: number;
  /** Since the last full second, or the start. */
  readonly sampleAgeSeconds: number;
  readonly listeners: SeriesRows;
  readonly namespaces: SeriesRows;
  /** How many rows there may be of one kind. */
  readonly most: number;
}

/** A metric with its values at this moment. */
export interface MetricFamily {
  readonly metric: Metric;
  readonly samples: readonly Sample[];
}

export const labelsOfKind: Readonly<Record<SeriesMetric['of'], readonly string[]>> = Object.freeze({
  host: [],
  namespace: ['namespace'],
  listener: ['namespace', 'listener'],
  'all listeners': [],
});

export function labelNames(metric: Metric): readonly string[] {
  if (metric.of === 'recorder') return metric.labels;
  return [...labelsOfKind[metric.of], ...Object.keys(metric.parts[0]?.labels ?? {})];
}

export const asItIs = (value: number): number => value;
/** Per mille of a core in one second are milliseconds of it; shares and thousandths alike. */
export const thousandths = (value: number): number => value / 1000;
export const kibibytes = (value: number): number => value * 1024;

type SeriesMetricFacts = Omit<SeriesMetric, 'type' | 'parts' | 'toUnit'> & {
  readonly channel?: string;
  readonly parts?: SeriesMetric['parts'];
  readonly toUnit?: SeriesMetric['toUnit'];
};

/** `channel` is short for one part; the type follows from `how`. */
export function seriesMetric(facts: SeriesMetricFacts): SeriesMetric {
  const { channel = '', parts = [{ channel }], toUnit = asItIs, ...rest } = facts;
  return Object.freeze({ ...rest, type: facts.how === 'total' ? 'counter' : 'gauge', parts, toUnit });
}

export function recorderMetric(facts: Omit<RecorderMetric, 'of'>): RecorderMetric {
  return Object.freeze({ ...facts, of: 'recorder' });
}
