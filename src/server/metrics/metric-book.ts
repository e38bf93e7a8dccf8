import { systemClock } from '../../app/diagnose-host.ts';
import type { Clock } from '../../base/clock.ts';
import { channelsOfKind } from '../../tcp/recording/channel.ts';
import type { FeedEvent, RecorderFeed } from '../../tcp/recording/feed.ts';
import { allMetrics } from './catalogue/all-metrics.ts';
import { IncidentCount } from './incident-count.ts';
import type { Metric, MetricFamily, RecorderView, Sample, SeriesMetric } from './metric.ts';
import type { SeriesRow } from './series-row.ts';
import { SeriesRows } from './series-rows.ts';

/** What was measured longer ago is not how things are. */
const STALE_AFTER_SECONDS = 10;

/** Adds up what a recorder tells each second, and answers with all metrics of the catalogue at any moment. */
export class MetricBook {
  readonly #feed: RecorderFeed;
  readonly #clock: Clock;
  readonly #most: number;
  readonly #startMs: number;
  readonly #rows: Readonly<Record<'host' | 'namespace' | 'listener', SeriesRows>>;
  readonly #incidents: IncidentCount;
  readonly #end: () => void;
  #lastSecondMs: number;

  /** `topListeners`: so many listeners, namespaces and open incidents have a row of their own, the others share one. */
  constructor(feed: RecorderFeed, options: { readonly topListeners: number; readonly clock?: Clock }) {
    this.#feed = feed;
    this.#clock = options.clock ?? systemClock;
    this.#most = options.topListeners;
    this.#startMs = this.#clock.nowMs();
    this.#rows = {
      host: new SeriesRows('host', 1, this.#startMs),
      namespace: new SeriesRows('namespace', this.#most, this.#startMs),
      listener: new SeriesRows('listener', this.#most, this.#startMs),
    };
    this.#incidents = new IncidentCount(feed.openIncidents);
    this.#lastSecondMs = this.#clock.monotonicMs();
    this.#end = feed.subscribe((event) => this.#hear(event));
  }

  close(): void {
    this.#end();
  }

  #hear(event: FeedEvent): void {
    if (event.kind === 'incident') this.#incidents.tell(event.incident);
    if (event.kind !== 'second') return;
    this.#lastSecondMs = this.#clock.monotonicMs();
    const nowMs = this.#clock.nowMs();
    for (const rows of Object.values(this.#rows)) rows.count(event.second, this.#feed.subjects, nowMs);
  }

  /** In the order of the catalogue; metrics without any value are left out. */
  families(): readonly MetricFamily[] {
    const view = this.#view();
    const fresh = view.sampleAgeSeconds <= STALE_AFTER_SECONDS;
    return allMetrics
      .map((metric) => ({ metric, samples: this.#samples(metric, view, fresh) }))
      .filter(({ samples }) => samples.length > 0);
  }

  #samples(metric: Metric, view: RecorderView, fresh: boolean): readonly Sample[] {
    if (metric.of === 'recorder') return metric.read(view);
    if (metric.how === 'last' && !fresh) return [];
    return this.#rowsOf(metric).flatMap((row) => rowSamples(metric, row));
  }

  #rowsOf(metric: SeriesMetric): readonly SeriesRow[] {
    if (metric.of === 'all listeners') return [this.#rows.listener.whole];
    const { own, other } = this.#rows[metric.of];
    return other === undefined || metric.together === 'none' ? [...own] : [...own, other];
  }

  #view(): RecorderView {
    const { status, openIncidents } = this.#feed;
    return {
      status,
      openIncidents,
      incidentsOpened: this.#incidents.opened,
      startMs: this.#startMs,
      sampleAgeSeconds: Math.round(this.#clock.monotonicMs() - this.#lastSecondMs) / 1000,
      listeners: this.#rows.listener,
      namespaces: this.#rows.namespace,
      most: this.#most,
    };
  }
}

function rowSamples(metric: SeriesMetric, row: SeriesRow): readonly Sample[] {
  return metric.parts.flatMap((part) => {
    const value = rowValue(metric, row, channelIndex(metric.of, part.channel));
    if (value === undefined) return [];
    const labels = part.labels === undefined ? row.labels : { ...row.labels, ...part.labels };
    return [{ labels, value: metric.toUnit(value), startMs: row.startMs }];
  });
}

function rowValue(metric: SeriesMetric, row: SeriesRow, channel: number): number | undefined {
  if (metric.how === 'total') return row.total(channel);
  return metric.how === 'peak' ? row.peak : row.last(channel, metric.together);
}

const indices = new Map<string, number>();

function channelIndex(of: SeriesMetric['of'], name: string): number {
  const kind = of === 'all listeners' ? 'listener' : of;
  const key = `${kind} ${name}`;
  const known = indices.get(key);
  if (known !== undefined) return known;
  const index = channelsOfKind[kind].findIndex((channel) => channel.name === name);
  indices.set(key, index);
  return index;
}
