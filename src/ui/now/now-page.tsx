import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import { plural } from '../../base/units.ts';
import { extents, useMoment } from '../chart/time-view.ts';
import { useIncidents } from '../incidents/use-incidents.ts';
import { type LaneFacts, laneFacts } from '../live/lane-facts.ts';
import { useOverview } from '../live/use-live.ts';
import { usePlace } from '../shell/router.ts';
import { Lane } from './lane.tsx';
import { NowHeadline } from './now-headline.tsx';
import { StageContext, useNewStage, useStage } from './now-stage.ts';
import { TimeAxis } from './time-axis.tsx';
import { useLaneOrder } from './use-lane-order.ts';
import '../style/now.css';

/** Every listener as a lane, worst first, on one axis of time. */
export function NowPage() {
  const stage = useNewStage();
  const subjects = useOverview((overview) => overview.subjects);
  const known = useOverview((overview) => overview.status !== undefined);
  const lanes = useMemo(() => subjects.filter(({ kind }) => kind === 'listener').map(laneFacts), [subjects]);
  if (!known) return <Waiting />;
  return (
    <StageContext value={stage}>
      <NowHeadline lanes={lanes} />
      {lanes.length === 0 ? (
        <p className="empty">
          Nothing listens in the namespaces that are recorded. A listener shows here within a second of its
          listen().
        </p>
      ) : (
        <Lanes lanes={lanes} />
      )}
    </StageContext>
  );
}

function Waiting() {
  const lost = useOverview(({ connection }) => connection.status === 'lost');
  return (
    <div className="waiting" role="status">
      <h1>{lost ? 'The recorder does not answer' : 'Waiting for the first second'}</h1>
      <p className="quiet">
        {lost ? 'This page goes on by itself as soon as it does.' : 'It comes within one.'}
      </p>
    </div>
  );
}

function Lanes({ lanes }: { readonly lanes: readonly LaneFacts[] }) {
  const stage = useStage();
  const { incidents } = useIncidents();
  const { query } = usePlace();
  const [filter, setFilter] = useState('');
  const wanted = useDeferredValue(filter.trim().toLowerCase());
  const order = useLaneOrder(lanes);
  const byId = useMemo(() => new Map(lanes.map((lane) => [lane.id, lane])), [lanes]);
  const [open, setOpen] = useState<ReadonlySet<number>>(() => openAtFirst(lanes, query.get('lane')));
  const toggle = useCallback((id: number) => {
    setOpen((before) =>
      before.has(id) ? new Set([...before].filter((one) => one !== id)) : new Set([...before, id]),
    );
  }, []);
  const fits = ({ endpoint, process, namespace }: LaneFacts): boolean =>
    wanted === '' || `${endpoint} ${process} ${namespace}`.toLowerCase().includes(wanted);
  const listed = order.ids.flatMap((id) => byId.get(id) ?? []).filter(fits);
  const isQuiet = ({ id }: LaneFacts): boolean => order.tiers.get(id) === 'quiet' && !open.has(id);
  const draw = (lane: LaneFacts) => (
    <Lane
      key={lane.id}
      lane={lane}
      tier={order.tiers.get(lane.id) ?? 'quiet'}
      open={open.has(lane.id)}
      onToggle={toggle}
    />
  );
  const loud = listed.filter((lane) => !isQuiet(lane));
  const quiet = listed.filter(isQuiet);
  return (
    <section className="lanes" aria-labelledby="lanes-title">
      <h2 id="lanes-title" className="unseen">
        Listeners
      </h2>
      <div className="lanes-head">
        <div className="lanes-tools">
          <Extents />
          <input
            type="search"
            aria-label="Filter listeners"
            placeholder="Filter"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
        </div>
        <TimeAxis incidents={incidents} />
        <div className="lanes-units" aria-hidden="true">
          <span>waiting</span>
          <span>accepted/s</span>
          <span>dropped/s</span>
        </div>
      </div>
      <ul
        className="lane-list"
        onPointerMove={(event) => {
          const canvas = event.currentTarget.querySelector('canvas');
          if (canvas === null || event.pointerType === 'touch') return;
          const { left, width } = canvas.getBoundingClientRect();
          const share = (event.clientX - left) / width;
          const { from, to } = stage.view.shown;
          stage.view.point(
            share < 0 || share > 1 ? null : Math.min(to - 1, Math.floor(from + share * (to - from))),
          );
        }}
        onPointerLeave={() => stage.view.point(null)}
      >
        {loud.map(draw)}
      </ul>
      {listed.length === 0 ? (
        <p className="empty">No listener has “{filter}” in its address, program or namespace.</p>
      ) : null}
      {quiet.length === 0 ? null : (
        <Quiet count={quiet.length} expanded={wanted !== ''}>
          {quiet.map(draw)}
        </Quiet>
      )}
    </section>
  );
}

function Quiet({
  count,
  expanded,
  children,
}: {
  readonly count: number;
  readonly expanded: boolean;
  readonly children: React.ReactNode;
}) {
  const [open, setOpen] = useState(false);
  const shown = open || expanded;
  return (
    <div className="quiet-lanes">
      <button type="button" aria-expanded={shown} onClick={() => setOpen(!open)}>
        {plural(count, 'quiet listener')}
        <span>nothing waited and nothing was dropped in the last five minutes</span>
      </button>
      {shown ? <ul className="lane-list">{children}</ul> : null}
    </div>
  );
}

function Extents() {
  const { view } = useStage();
  useMoment(view);
  return (
    <fieldset className="choices" aria-label="How far back">
      {extents.map(({ seconds, label }) => (
        <button
          key={label}
          type="button"
          aria-pressed={view.extentSeconds === seconds && view.chosen === null}
          onClick={() => view.setExtent(seconds)}
        >
          {label}
        </button>
      ))}
    </fieldset>
  );
}

/** "host 0.0.0.0:80", as links to a lane name it. */
function openAtFirst(lanes: readonly LaneFacts[], named: string | null): ReadonlySet<number> {
  return new Set(
    lanes.filter(({ namespace, endpoint }) => `${namespace} ${endpoint}` === named).map(({ id }) => id),
  );
}
