import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useSyncExternalStore } from 'react';
import type { Incident } from '../../tcp/recording/incident.ts';
import { clockText, tickSeconds } from '../chart/clock-text.ts';
import { palette } from '../chart/palette.ts';
import { type Sheet, sharpCanvas } from '../chart/sharp-canvas.ts';
import { type TimeView, useMoment } from '../chart/time-view.ts';
import { useLive } from '../live/use-live.ts';
import { Link } from '../shell/link.tsx';
import { useStage } from './now-stage.ts';

/** The one axis of all charts: what it spans, which part of it is shown, and where incidents were. */
export function TimeAxis({ incidents }: { readonly incidents: readonly Incident[] }) {
  const stage = useStage();
  const store = useLive();
  useMoment(stage.view);
  const second = useSyncExternalStore(store.onSecond, () => store.latestSecond);
  const { extent, shown, chosen } = stage.view;
  const share = (at: number): number => (at - extent.from) / (extent.to - extent.from);
  const seen = incidents.filter(
    ({ openedMs, closedMs }) =>
      openedMs / 1000 < extent.to && (closedMs ?? Number.POSITIVE_INFINITY) / 1000 > extent.from,
  );
  const words = `${clockText(shown.from * 1000)} to ${clockText(shown.to * 1000)}`;
  return (
    <div className="axis">
      <AxisCanvas />
      <div
        className="axis-brush"
        role="slider"
        tabIndex={0}
        aria-label="Time shown; arrow keys move it, plus and minus zoom, Escape shows all"
        aria-valuemin={0}
        aria-valuemax={stage.view.extentSeconds}
        aria-valuenow={Math.max(0, shown.from - extent.from)}
        aria-valuetext={words}
        onKeyDown={(event) => onKey(event, stage.view)}
        {...brushing(stage.view)}
      >
        {chosen === null ? null : (
          <div
            className="axis-chosen"
            style={{
              left: `${share(chosen.from) * 100}%`,
              width: `${(share(chosen.to) - share(chosen.from)) * 100}%`,
            }}
          />
        )}
      </div>
      {second === 0 ? null : (
        <ul className="axis-marks" aria-label="Incidents in this time">
          {seen.slice(0, 60).map((incident) => (
            <Mark
              key={incident.id}
              incident={incident}
              from={share(incident.openedMs / 1000)}
              to={share((incident.closedMs ?? extent.to * 1000) / 1000)}
            />
          ))}
        </ul>
      )}
    </div>
  );
}

function Mark({
  incident,
  from,
  to,
}: {
  readonly incident: Incident;
  readonly from: number;
  readonly to: number;
}) {
  const left = Math.max(0, from);
  const width = Math.max(0, Math.min(1, to) - left);
  return (
    <li style={{ left: `${left * 100}%`, width: `max(8px, ${width * 100}%)` }}>
      <Link href={`/incidents/${incident.id}`} className={incident.severity}>
        <span className="unseen">{`${incident.title}, from ${clockText(incident.openedMs)}`}</span>
      </Link>
    </li>
  );
}

function AxisCanvas() {
  const stage = useStage();
  const place = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = place.current;
    if (canvas === null) return;
    return stage.loop.add(canvas, () => {
      const sheet = sharpCanvas(canvas);
      if (sheet !== undefined) paintAxis(sheet, stage.view);
    });
  }, [stage]);
  return <canvas ref={place} className="axis-canvas" />;
}

function paintAxis({ context, width, height }: Sheet, view: TimeView): void {
  const colours = palette();
  const { from, to } = view.extent;
  const x = (second: number): number => ((second - from) / (to - from)) * width;
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'top';
  for (const second of tickSeconds(from, to, Math.max(2, Math.floor(width / 84)))) {
    const at = Math.round(x(second));
    context.fillStyle = colours.line;
    context.fillRect(at, height - 6, 1, 6);
    context.fillStyle = colours.soft;
    const text = clockText(second * 1000, view.extentSeconds <= 3600);
    const wide = context.measureText(text).width;
    if (at - wide / 2 > 0 && at + wide / 2 < width) context.fillText(text, at - wide / 2, 3);
  }
  context.fillStyle = colours.line;
  context.fillRect(0, height - 1, width, 1);
  if (view.hover !== null) paintHover(context, x(view.hover + 0.5), view.hover, width, height);
}

function paintHover(
  context: CanvasRenderingContext2D,
  at: number,
  second: number,
  width: number,
  height: number,
): void {
  const colours = palette();
  const text = clockText(second * 1000);
  const wide = context.measureText(text).width + 10;
  const left = Math.min(width - wide, Math.max(0, at - wide / 2));
  context.fillStyle = colours.ink;
  context.beginPath();
  context.roundRect(left, 0, wide, 17, 3);
  context.fill();
  context.fillStyle = colours.page;
  context.fillText(text, left + 5, 3);
  context.fillStyle = colours.soft;
  context.fillRect(Math.round(at), 17, 1, height - 17);
}

/** A drag chooses a stretch, a click or a double click lets go of it. */
function brushing(view: TimeView) {
  const secondAt = ({ currentTarget, clientX }: PointerEvent<HTMLElement>): number => {
    const { left, width } = currentTarget.getBoundingClientRect();
    const { from, to } = view.extent;
    return from + Math.min(1, Math.max(0, (clientX - left) / width)) * (to - from);
  };
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      brushes.set(view, secondAt(event));
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      view.point(Math.floor(secondAt(event)));
      const begin = brushes.get(view);
      if (begin === undefined) return;
      const at = secondAt(event);
      const wide = Math.abs(at - begin) > (view.extentSeconds * 4) / event.currentTarget.clientWidth;
      if (wide) view.choose({ from: Math.min(begin, at), to: Math.max(begin, at) });
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      const start = brushes.get(view);
      brushes.delete(view);
      const still =
        start !== undefined &&
        Math.abs(secondAt(event) - start) * event.currentTarget.clientWidth < view.extentSeconds * 4;
      if (still && view.chosen !== null) view.choose(null);
    },
    onPointerLeave: () => view.point(null),
    onWheel: (event: { readonly deltaX: number; readonly deltaY: number }) => {
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) view.pan(event.deltaX / 1000);
    },
  };
}

/** Where a drag began; it outlives the drawings in between. */
const brushes = new WeakMap<TimeView, number>();

function onKey(event: KeyboardEvent, view: TimeView): void {
  const moves: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => (view.chosen === null ? view.zoom(0.5, view.extent.from) : view.pan(-0.25)),
    ArrowRight: () => (view.chosen === null ? view.zoom(0.5, view.extent.to) : view.pan(0.25)),
    '+': () => view.zoom(0.5),
    '=': () => view.zoom(0.5),
    '-': () => view.zoom(2),
    Escape: () => view.choose(null),
    Home: () => view.choose(null),
  };
  const move = moves[event.key];
  if (move === undefined) return;
  event.preventDefault();
  move();
}
