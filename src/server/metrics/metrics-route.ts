import type { Clock } from '../../base/clock.ts';
import type { RecorderFeed } from '../../tcp/recording/feed.ts';
import { chooseFormat } from './choose-format.ts';
import { exposition } from './exposition.ts';
import { MetricBook } from './metric-book.ts';

export interface MetricsRoute {
  /** `accept`: the header of the request, or "". */
  readonly handle: (accept: string) => Promise<{ readonly contentType: string; readonly body: string }>;
  readonly close: () => void;
}

/** GET /metrics in Prometheus' text format 0.0.4 or OpenMetrics 1.0. Counts from now on. */
export function metricsRoute(
  feed: RecorderFeed,
  options: { readonly topListeners: number; readonly clock?: Clock },
): MetricsRoute {
  const book = new MetricBook(feed, options);
  return {
    handle: (accept) => exposition(book.families(), chooseFormat(accept)),
    close: () => book.close(),
  };
}
