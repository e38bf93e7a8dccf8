import { lazy, memo, Suspense, useEffect, useId, useRef } from 'react';
import { formatCount } from '../../base/units.ts';
import { palette } from '../chart/palette.ts';
import { peakOf, sumOf } from '../chart/rows.ts';
import { sharpCanvas } from '../chart/sharp-canvas.ts';
import type { LaneFacts } from '../live/lane-facts.ts';
import type { Tier } from '../live/lane-order.ts';
import { LaneNumbers } from './lane-numbers.tsx';
import { useStage } from './now-stage.ts';
import { paintLane } from './paint-lane.ts';

const LaneDetail = lazy(async () => ({ default: (await import('./lane-detail.tsx')).LaneDetail }));

interface LaneProps {
  readonly lane: LaneFacts;
  readonly tier: Tier;
  readonly open: boolean;
  readonly onToggle: (id: number) => void;
}

export const Lane = memo(function Lane({ lane, tier, open, onToggle }: LaneProps) {
  const detail = useId();
  return (
    <li className={`lane ${tier}`} data-lane={lane.endpoint}>
      <div className="lane-row">
        <h3 className="lane-name">
          <button type="button" aria-expanded={open} aria-controls={detail} onClick={() => onToggle(lane.id)}>
            <b>{lane.endpoint}</b>
            <span>
              {lane.process} · {lane.namespace}
            </span>
          </button>
        </h3>
        <LaneCanvas lane={lane} />
        <LaneNumbers lane={lane} />
      </div>
      <div id={detail} className="lane-detail" hidden={!open}>
        {open ? (
          <Suspense fallback={<p className="quiet">Loading the charts …</p>}>
            <LaneDetail lane={lane} />
          </Suspense>
        ) : null}
      </div>
    </li>
  );
});

function LaneCanvas({ lane }: { readonly lane: LaneFacts }) {
  const stage = useStage();
  const place = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = place.current;
    if (canvas === null) return;
    return stage.loop.add(canvas, () => {
      const sheet = sharpCanvas(canvas);
      if (sheet === undefined) return;
      const { shown, hover } = stage.view;
      const rows = stage.rows(lane.id);
      paintLane(sheet, { rows, shown, hover }, palette());
      const limit = peakOf(rows.column('limit'));
      const label = `${lane.endpoint}: at most ${formatCount(Math.max(0, peakOf(rows.column('queueMax'))))}${limit < 0 ? '' : ` of ${formatCount(limit)}`} waited, ${formatCount(sumOf(rows.column('drops')))} dropped in the time shown`;
      if (canvas.ariaLabel !== label) canvas.ariaLabel = label;
    });
  }, [stage, lane]);
  return <canvas ref={place} className="lane-canvas" role="img" aria-label={`Queue of ${lane.endpoint}`} />;
}
