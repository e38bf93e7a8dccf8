import { useSyncExternalStore } from 'react';
import { formatCount } from '../../base/units.ts';
import type { LaneFacts } from '../live/lane-facts.ts';
import { useLive } from '../live/use-live.ts';
import { type NowStage, useStage } from './now-stage.ts';

/** How many wait, how many a second are accepted and dropped: now, or at the second under the pointer. */
export function LaneNumbers({ lane }: { readonly lane: LaneFacts }) {
  const store = useLive();
  const stage = useStage();
  const text = useSyncExternalStore(
    (call) => {
      const ends = [store.onSecond(call), stage.view.onHover(call), stage.view.onChange(call)];
      return () => {
        for (const end of ends) end();
      };
    },
    () => numbersText(stage, lane.id),
  );
  const [waiting = '', kind = '', accepted = '', dropped = ''] = text.split('|');
  return (
    <dl className="lane-numbers">
      <Quantity label="waiting" value={waiting} kind={kind} />
      <Quantity label="accepted/s" value={accepted} kind="" />
      <Quantity
        label="dropped/s"
        value={dropped}
        kind={dropped === '0' || dropped === unknown ? '' : 'loss'}
      />
    </dl>
  );
}

const unknown = '–';

function Quantity({
  label,
  value,
  kind,
}: {
  readonly label: string;
  readonly value: string;
  readonly kind: string;
}) {
  const idle = value === '0' || value === unknown ? 'idle' : '';
  return (
    <div className={`${kind} ${idle}`}>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** "12|pressure|310|0": one text, so that a lane whose numbers stay is not drawn anew. */
function numbersText(stage: NowStage, id: number): string {
  const { second } = stage;
  const waiting = stage.at(id, 'queueMax', second).value;
  const limit = stage.at(id, 'limit', second).value;
  const kind =
    limit < 0 || waiting <= 0 ? '' : waiting > limit ? 'loss' : waiting > limit / 2 ? 'pressure' : '';
  const rate = (channel: string): string => {
    const { value, ofSeconds } = stage.at(id, channel, second);
    return value < 0 ? unknown : formatCount(value / ofSeconds, value > 0 && value < 10 * ofSeconds ? 1 : 0);
  };
  const count = waiting < 0 ? unknown : formatCount(waiting);
  return `${count}|${kind}|${rate('acceptedAtLeast')}|${rate('drops')}`;
}
