import { useEffect, useState } from 'react';
import { peakOf, sumOf } from '../chart/rows.ts';
import { isAbout, type LaneFacts } from '../live/lane-facts.ts';
import { type LaneWeight, type Tier, tierOf, worstFirst } from '../live/lane-order.ts';
import { type LiveStore, shownSeconds } from '../live/live-store.ts';
import { useLive, useOverview } from '../live/use-live.ts';

const everyMs = 4000;

export interface LaneOrder {
  /** Worst first. */
  readonly ids: readonly number[];
  readonly tiers: ReadonlyMap<number, Tier>;
}

/** Lanes change places every few seconds at most, and only when one gets better or worse. */
export function useLaneOrder(lanes: readonly LaneFacts[]): LaneOrder {
  const store = useLive();
  const filled = useOverview((overview) => overview.filled);
  const [order, setOrder] = useState<LaneOrder>(() => orderOf(store, lanes, undefined));
  // biome-ignore lint/correctness/useExhaustiveDependencies: what has been filled in may be worse than what is seen
  useEffect(() => {
    const sort = (): void => setOrder((before) => orderOf(store, lanes, before));
    sort();
    const timer = setInterval(sort, everyMs);
    return () => clearInterval(timer);
  }, [store, lanes, filled]);
  return order;
}

function orderOf(store: LiveStore, lanes: readonly LaneFacts[], before: LaneOrder | undefined): LaneOrder {
  const weights = new Map(lanes.map((lane) => [lane.id, weightOf(store, lane)]));
  const tiers = new Map([...weights].map(([id, weight]) => [id, tierOf(weight)]));
  const byWeight = lanes.map(({ id }) => id).toSorted((a, b) => heavier(weights.get(a), weights.get(b)));
  const ids = worstFirst(byWeight, tiers, before?.ids ?? []);
  const same =
    before !== undefined &&
    ids.length === before.ids.length &&
    ids.every((id, place) => id === before.ids[place] && tiers.get(id) === before.tiers.get(id));
  return same ? before : { ids, tiers };
}

function weightOf(store: LiveStore, lane: LaneFacts): LaneWeight {
  const to = store.latestSecond + 1;
  const column = (channel: string): Int32Array => store.read(lane.id, channel, to - shownSeconds, to);
  const limit = peakOf(column('limit'));
  const peak = peakOf(column('queueMax'));
  const open = store.overview.incidents.filter((one) => one.closedMs === null && isAbout(one, lane));
  return {
    dropped: sumOf(column('drops')),
    fullest: limit < 0 ? 0 : Math.max(0, peak) / Math.max(1, limit),
    accepted: sumOf(column('acceptedAtLeast')),
    incident: open.some(({ severity }) => severity === 'critical') ? 'critical' : (open[0]?.severity ?? null),
  };
}

function heavier(a: LaneWeight | undefined, b: LaneWeight | undefined): number {
  if (a === undefined || b === undefined) return 0;
  return b.dropped - a.dropped || b.fullest - a.fullest || b.accepted - a.accepted;
}
