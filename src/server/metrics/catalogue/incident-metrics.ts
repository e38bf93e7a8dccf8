import { findingIds, severities } from '../../../tcp/finding.ts';
import type { Incident } from '../../../tcp/recording/incident.ts';
import { labelText, namespaceLabel, other } from '../label-text.ts';
import {
  type Labels,
  type RecorderMetric,
  type RecorderView,
  recorderMetric,
  type Sample,
} from '../metric.ts';

const labels = ['namespace', 'listener', 'finding', 'severity'];

export const incidentMetrics: readonly RecorderMetric[] = Object.freeze([
  recorderMetric({
    name: 'halfopen_incidents_open',
    type: 'gauge',
    unit: 'incidents',
    labels,
    help: 'Incidents that go on at this moment.',
    reading:
      'listener is what it is about: an address, a destination or an interface. No series: no incident of that kind. Past the most rows the rest is counted as other.',
    asks: 'What is wrong right now, and where?',
    read: (view) => grouped(view).map(({ labels, incidents }) => ({ labels, value: incidents.length })),
  }),
  recorderMetric({
    name: 'halfopen_incident_opened_timestamp_seconds',
    type: 'gauge',
    unit: 'seconds',
    labels,
    help: 'When the incident that goes on opened, seconds since 1970; of several the first.',
    reading: '`time() - halfopen_incident_opened_timestamp_seconds` is its age.',
    asks: 'Since when?',
    read: (view) =>
      grouped(view).map(({ labels, incidents }) => ({
        labels,
        value: Math.min(...incidents.map(({ openedMs }) => openedMs)) / 1000,
      })),
  }),
  recorderMetric({
    name: 'halfopen_incidents_total',
    type: 'counter',
    unit: 'incidents',
    labels: ['finding'],
    help: 'Incidents opened since the recorder started, by finding.',
    reading: 'Every finding is there from the start with 0, so that the first one is seen as an increase.',
    asks: 'How often does it happen?',
    read: ({ incidentsOpened, startMs }) =>
      findingIds.map((finding) => ({
        labels: { finding },
        value: incidentsOpened.get(finding) ?? 0,
        startMs,
      })),
  }),
  recorderMetric({
    name: 'halfopen_standing_findings',
    type: 'gauge',
    unit: 'findings',
    labels: ['namespace', 'finding'],
    help: 'Findings that are a state rather than an event: a parameter, a limit.',
    reading: 'They stay until somebody changes the setting: `halfopen tune plan`.',
    asks: 'What is set up badly?',
    read: standing,
  }),
]);

interface Group {
  readonly labels: Labels;
  readonly incidents: readonly Incident[];
}

/** The worst and oldest keep their names; the others are told apart by finding and severity only. */
function grouped({ openIncidents, most }: RecorderView): readonly Group[] {
  const worstFirst = openIncidents.toSorted(
    (a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || a.openedMs - b.openedMs,
  );
  const groups = new Map<string, { readonly labels: Labels; readonly incidents: Incident[] }>();
  let named = 0;
  for (const incident of worstFirst) {
    const { finding, severity } = incident;
    const own = { namespace: namespaceLabel(incident.namespace), listener: labelText(incident.subject) };
    const known = groups.get(keyOf({ ...own, finding, severity }));
    const place = known !== undefined || named < most ? own : { namespace: other, listener: other };
    if (known === undefined && place === own) named++;
    const group = known ?? groupOf(groups, { ...place, finding, severity });
    group.incidents.push(incident);
  }
  return [...groups.values()];
}

function groupOf(
  groups: Map<string, { readonly labels: Labels; readonly incidents: Incident[] }>,
  labels: Labels,
): { readonly incidents: Incident[] } {
  const key = keyOf(labels);
  const group = groups.get(key) ?? { labels, incidents: [] };
  groups.set(key, group);
  return group;
}

function standing({ status, most }: RecorderView): readonly Sample[] {
  const counts = new Map<string, { readonly labels: Labels; value: number }>();
  const names = new Set<string>();
  for (const one of status.standing) {
    const name = namespaceLabel(one.namespace);
    if (names.size < most) names.add(name);
    const labels = { namespace: names.has(name) ? name : other, finding: labelText(one.finding) };
    const count = counts.get(keyOf(labels)) ?? { labels, value: 0 };
    count.value++;
    counts.set(keyOf(labels), count);
  }
  return [...counts.values()];
}

function keyOf(labels: Labels): string {
  return Object.values(labels).join('\n');
}
