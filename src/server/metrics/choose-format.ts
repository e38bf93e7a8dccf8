import type { MetricsFormat } from './exposition.ts';

/** What an Accept header prefers (RFC 9110, 12.5.1); Prometheus' text unless OpenMetrics is asked for by name. */
export function chooseFormat(accept: string): MetricsFormat {
  let openmetrics = 0;
  let text = 0;
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const weight = Number(parameters.find((one) => one.startsWith('q='))?.slice(2) ?? 1);
    if (Number.isNaN(weight)) continue;
    const version = parameters.find((one) => one.startsWith('version='))?.slice(8);
    if (type === 'application/openmetrics-text' && (version === undefined || version === '1.0.0'))
      openmetrics = Math.max(openmetrics, weight);
    if (type === 'text/plain' || type === 'text/*') text = Math.max(text, weight);
  }
  return openmetrics > 0 && openmetrics >= text ? 'openmetrics' : 'prometheus';
}
