import { useMemo, useState } from 'react';
import type { Incident } from '../../tcp/recording/incident.ts';
import type { ChartMark } from '../chart/chart.tsx';
import { QueueCharts, StatesChart } from '../chart/listener-charts.tsx';
import { storedRows } from '../chart/rows.ts';
import type { Span } from '../chart/time-view.ts';
import { useLive } from '../live/use-live.ts';
import { useSeriesAround } from './use-series-around.ts';

const aroundSeconds = 90;
const longestSeconds = 3600;

/** The listener and its namespace around the incident, with its worst moment marked. */
export function IncidentCharts({ incident }: { readonly incident: Incident }) {
  const latest = useLive().latestSecond;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the picture does not move while it is looked at
  const span = useMemo(() => spanOf(incident, latest), [incident]);
  const { listener, namespace, loading } = useSeriesAround(incident, span);
  const [shown, setShown] = useState<Span | null>(null);
  if (listener === undefined && namespace === undefined) {
    return loading ? <div className="chart-place" /> : null;
  }
  const { openedMs, closedMs, updatedMs, worstMs, severity } = incident;
  const mark: ChartMark = {
    from: openedMs / 1000,
    to: (closedMs ?? updatedMs) / 1000,
    severity,
    moment: worstMs / 1000,
  };
  const view = { shown: shown ?? span, marks: [mark], onChoose: setShown, height: 140 };
  const queue = listener === undefined ? undefined : storedRows(listener);
  const states = namespace === undefined ? undefined : storedRows(namespace);
  return (
    <section className="incident-charts" aria-label="Around the incident">
      {queue === undefined ? null : <QueueCharts rows={queue} view={view} />}
      {states === undefined ? null : <StatesChart rows={states} namespace={incident.namespace} view={view} />}
    </section>
  );
}

/** A minute and a half before and after it; of one that lasts, an hour around its worst moment. */
function spanOf({ openedMs, closedMs, updatedMs, worstMs }: Incident, latest: number): Span {
  const from = Math.floor(openedMs / 1000) - aroundSeconds;
  const after = Math.ceil((closedMs ?? updatedMs) / 1000) + aroundSeconds;
  // What is still to come is no picture.
  const to = latest > from ? Math.min(after, latest + 1) : after;
  if (to - from <= longestSeconds) return { from, to };
  const worst = Math.floor(worstMs / 1000);
  return { from: worst - longestSeconds / 2, to: worst + longestSeconds / 2 };
}
