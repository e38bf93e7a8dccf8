import { allMetrics } from './catalogue/all-metrics.ts';
import { labelNames, type Metric } from './metric.ts';

const sections: readonly { readonly title: string; readonly prefix: RegExp }[] = [
  { title: 'Incidents', prefix: /^halfopen_(incident|standing)/ },
  { title: 'Listeners', prefix: /^halfopen_(listener|all_listeners)_/ },
  { title: 'Namespaces', prefix: /^halfopen_namespace_/ },
  { title: 'Host', prefix: /^halfopen_host_/ },
  { title: 'The recorder itself', prefix: /^halfopen_(recorder|build)_/ },
];

/** docs/metrics.md: the catalogue for people. */
export function metricsPage(): string {
  return `# Metrics: what /metrics and OTLP tell

Written by \`UPDATE_DOCS=1 npx vitest run test/server/metrics/catalogue.test.ts\` from \`src/server/metrics/catalogue/\`; a test compares the two.
How to read them with Prometheus, Grafana, munin or an OTLP collector: [guides/monitoring.md](guides/monitoring.md).

What was not measured is left out; it is never 0. Counters begin at 0 when \`halfopen serve\` starts. OTLP has the same names without \`_total\`.

**Labels are bounded.** The top listeners have rows of their own, the others share \`namespace="other", listener="other"\`; namespaces and open
incidents likewise. Who drops most comes first, then the fullest queue. Who has a row keeps it until it has been gone for an hour, or has
had no trouble for an hour and another one needs the room. What a listener counts is added to exactly one row, and no total ever moves from one
row to another: a rate over any of them, or over all, is what happened then. An ended row takes its total along, so that sums of totals
(not of rates) can go back; \`halfopen_all_listeners_drops_total\` never does. A row that comes again counts from 0, as after a restart.

| metric | question |
|---|---|
${allMetrics.map(({ name, asks }) => `| [${name}](#${name}) | ${asks} |`).join('\n')}

${sections.map(({ title, prefix }) => section(title, prefix)).join('\n')}`;
}

function section(title: string, prefix: RegExp): string {
  const metrics = allMetrics.filter(({ name }) => prefix.test(name));
  return `## ${title}\n\n${metrics.map(entry).join('\n')}`;
}

function entry(metric: Metric): string {
  const { name, type, unit, help, reading, asks } = metric;
  const labels = labelNames(metric);
  return [
    `### ${name}`,
    '',
    help,
    '',
    `- Question: ${asks}`,
    `- Type, unit: ${type}, ${unit === 'none' ? 'no unit' : unit}.`,
    `- Labels: ${labels.length === 0 ? 'none' : labels.map((label) => `\`${label}\``).join(', ')}.`,
    ...stateValues(metric),
    `- A value says: ${reading}`,
    `- Made of: ${origin(metric)}.`,
    '',
  ].join('\n');
}

function stateValues(metric: Metric): readonly string[] {
  if (metric.of === 'recorder' || metric.parts.length === 1) return [];
  const values = metric.parts.flatMap(({ labels }) => Object.values(labels ?? {}));
  return [`- Values of the label: ${values.map((value) => `\`${value}\``).join(', ')}.`];
}

function origin(metric: Metric): string {
  if (metric.of === 'recorder') return 'what the recorder says of itself and of its incidents';
  const channels = metric.parts.map(({ channel }) => `\`${channel}\``).join(', ');
  const how = {
    last: 'of the last full second',
    total: 'of all seconds',
    peak: 'the largest of the last 60 seconds',
  };
  const rest = { sum: 'their sum', max: 'the largest of theirs', none: 'not told' };
  const shared =
    metric.of === 'listener' || metric.of === 'namespace'
      ? `; in the row \`other\`: ${rest[metric.together]}`
      : '';
  return `${channels}, ${how[metric.how]}${shared}`;
}
