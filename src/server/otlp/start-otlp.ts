import { systemClock } from '../../app/diagnose-host.ts';
import type { RecorderLog } from '../../app/record/recorder-options.ts';
import type { RecorderFeed } from '../../tcp/recording/feed.ts';
import type { Incident } from '../../tcp/recording/incident.ts';
import { MetricBook } from '../metrics/metric-book.ts';
import { gzipJson } from './gzip-json.ts';
import { IncidentSteps } from './incident-steps.ts';
import { otlpAttributes } from './otlp-attributes.ts';
import { incidentRecord, type OtlpLogRecord, otlpLogs } from './otlp-logs.ts';
import { otlpMetrics } from './otlp-metrics.ts';
import { OtlpQueue, type OtlpTiming } from './otlp-queue.ts';
import { otlpTarget } from './otlp-target.ts';

const timing: OtlpTiming = Object.freeze({
  intervalMs: 10_000,
  gatherMs: 500,
  timeoutMs: 10_000,
  firstRetryMs: 1000,
  lastRetryMs: 60_000,
  longestRetryAfterMs: 300_000,
  closeMs: 3000,
});
/** Five minutes of an outage. */
const MOST_METRICS = 30;
const MOST_LOGS = 2000;
const LOGS_TOGETHER = 200;
const TOP_LISTENERS = 50;

export interface Otlp {
  /** Sends what waits; at most 3 s later it gives up and says what is lost. */
  close(): Promise<void>;
}

/**
 * Exports all metrics every 10 s to `url`/v1/metrics and incidents as log records to `url`/v1/logs (OTLP/HTTP, JSON). What cannot be sent
 * waits, up to five minutes of metrics and 2,000 records. Throws HalfopenError where `url` is none.
 */
export function startOtlp(
  feed: RecorderFeed,
  url: string,
  log: RecorderLog,
  options: {
    readonly topListeners?: number;
    readonly timing?: Partial<OtlpTiming>;
    readonly environment?: NodeJS.ProcessEnv;
  } = {},
): Otlp {
  const { topListeners = TOP_LISTENERS, environment = process.env } = options;
  const target = otlpTarget(url, environment.OTEL_EXPORTER_OTLP_HEADERS ?? '');
  for (const position of target.refusedHeaders)
    log.warn('an entry of OTEL_EXPORTER_OTLP_HEADERS is no header that can be sent', { position });
  const shared = { headers: target.headers, timing: { ...timing, ...options.timing }, log };
  const metrics = new OtlpQueue<Uint8Array>({
    ...shared,
    url: `${target.base}/v1/metrics`,
    what: 'metrics',
    most: MOST_METRICS,
    batch: 1,
    bodyOf: async ([body = new Uint8Array()]) => body,
  });
  const logs = new OtlpQueue<OtlpLogRecord>({
    ...shared,
    url: `${target.base}/v1/logs`,
    what: 'log records',
    most: MOST_LOGS,
    batch: LOGS_TOGETHER,
    bodyOf: (records) => gzipJson(otlpLogs(records, whoTells(feed))),
  });
  return exporting(feed, { metrics, logs, topListeners, timing: shared.timing });
}

function exporting(
  feed: RecorderFeed,
  to: {
    readonly metrics: OtlpQueue<Uint8Array>;
    readonly logs: OtlpQueue<OtlpLogRecord>;
    readonly topListeners: number;
    readonly timing: OtlpTiming;
  },
): Otlp {
  const { metrics, logs } = to;
  const book = new MetricBook(feed, to);
  const steps = new IncidentSteps();
  const measure = async (): Promise<void> => {
    const now = { nowMs: systemClock.nowMs(), ...whoTells(feed) };
    metrics.add(await gzipJson(otlpMetrics(book.families(), now)), 0);
  };
  const tell = (incident: Incident): void => {
    for (const step of steps.stepsOf(incident))
      logs.add(incidentRecord(incident, step, systemClock.nowMs()), to.timing.gatherMs);
  };
  for (const incident of feed.openIncidents) tell(incident);
  const end = feed.subscribe((event) => {
    if (event.kind === 'incident') tell(event.incident);
  });
  const interval = setInterval(() => void measure(), to.timing.intervalMs).unref();
  return {
    async close() {
      clearInterval(interval);
      end();
      await measure();
      book.close();
      await Promise.all([metrics.close(), logs.close()]);
    },
  };
}

function whoTells({ status }: RecorderFeed) {
  const { tool, hostname, kernelRelease, startedMs } = status;
  return {
    resource: {
      attributes: otlpAttributes({
        'service.name': tool.name,
        'service.version': tool.version,
        // One recorder on a host at a time; another start is another instance.
        'service.instance.id': `${hostname}-${startedMs}`,
        'host.name': hostname,
        'os.type': 'linux',
        'os.version': kernelRelease,
      }),
    },
    scope: { name: tool.name, version: tool.version },
  };
}
