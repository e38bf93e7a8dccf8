import { useEffect, useReducer } from 'react';
import type { ChartMark } from '../chart/chart.tsx';
import { QueueCharts, StatesChart } from '../chart/listener-charts.tsx';
import { IncidentLine } from '../incidents/incident-line.tsx';
import { useIncidents } from '../incidents/use-incidents.ts';
import { isAbout, type LaneFacts } from '../live/lane-facts.ts';
import { useLive, useOverview } from '../live/use-live.ts';
import { LaneLimits } from './lane-limits.tsx';
import { useStage } from './now-stage.ts';

const mostIncidents = 5;

/** A lane opened: its queue, what came and what was lost, the states of its namespace, what limits it, its incidents. */
export function LaneDetail({ lane }: { readonly lane: LaneFacts }) {
  const stage = useStage();
  useRedraws();
  const { incidents } = useIncidents();
  const own = incidents.filter((one) => isAbout(one, lane));
  const home = useOverview(({ subjects }) =>
    subjects.find(({ kind, about }) => kind === 'namespace' && about.name === lane.namespace),
  );
  const rows = stage.fineRows(lane.id);
  const states = home === undefined ? undefined : stage.fineRows(home.id);
  const { shown } = stage.view;
  const marks = own.map(
    ({ openedMs, closedMs, severity }): ChartMark => ({
      from: openedMs / 1000,
      to: (closedMs ?? stage.view.extent.to * 1000) / 1000,
      severity,
    }),
  );
  const view = { shown, marks, onChoose: stage.view.choose.bind(stage.view) };
  return (
    <div className="detail">
      <div className="detail-limits">
        <LaneLimits lane={lane} />
      </div>
      <div className="detail-charts">
        <QueueCharts rows={rows} view={view} />
        {states === undefined ? null : <StatesChart rows={states} namespace={lane.namespace} view={view} />}
      </div>
      <div className="detail-side">
        <h4>Recent incidents</h4>
        {own.length === 0 ? <p className="quiet">None is kept of this listener.</p> : null}
        <ul className="incident-lines">
          {own.slice(0, mostIncidents).map((incident) => (
            <IncidentLine key={incident.id} incident={incident} short />
          ))}
        </ul>
      </div>
    </div>
  );
}

/** Each second, and when another stretch is shown. */
function useRedraws(): void {
  const store = useLive();
  const stage = useStage();
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const ends = [store.onSecond(redraw), stage.view.onChange(redraw), stage.onArrival(redraw)];
    return () => {
      for (const end of ends) end();
    };
  }, [store, stage]);
}
