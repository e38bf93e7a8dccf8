/** Which measured segment is which predicted event. */
import type { PredictedEvent } from '../../tcp/prediction.ts';
import type { Segment } from './read-segments.ts';

export interface Pairing {
  /** For each event, the segment that is it. */
  readonly segmentOf: ReadonlyMap<PredictedEvent, Segment>;
  readonly eventOf: ReadonlyMap<Segment, PredictedEvent>;
}

/** Pairs by sender and kind, in order: as many as possible, and of those ways the one with the least time between them. */
export function pairEvents(events: readonly PredictedEvent[], segments: readonly Segment[]): Pairing {
  const segmentOf = new Map<PredictedEvent, Segment>();
  const eventOf = new Map<Segment, PredictedEvent>();
  for (const key of new Set(events.map(keyOf))) {
    const predicted = events.filter((event) => keyOf(event) === key);
    const measured = segments.filter(({ packet: { from }, kind }) => keyOf({ from, what: kind }) === key);
    for (const [event, segment] of pairInOrder(predicted, measured)) {
      segmentOf.set(event, segment);
      eventOf.set(segment, event);
    }
  }
  return { segmentOf, eventOf };
}

function keyOf({ from, what }: Pick<PredictedEvent, 'from' | 'what'>): string {
  return `${from} ${what}`;
}

/** How far a measured time lies outside of what was predicted, ms; negative: too early. */
export function outsideMs(event: PredictedEvent, atMs: number): number {
  return atMs < event.atMs ? atMs - event.atMs : Math.max(0, atMs - event.latestMs);
}

/** A table of events times segments; more than this many cells, and only the first segments are looked at. */
const mostCells = 4_000_000;
/** Worth more than any sum of times: a pair more is always better. */
const onePair = 1e12;

function pairInOrder(
  events: readonly PredictedEvent[],
  all: readonly Segment[],
): readonly (readonly [PredictedEvent, Segment])[] {
  const segments = all.slice(0, Math.floor(mostCells / (events.length + 1)));
  const width = segments.length + 1;
  const best = new Float64Array((events.length + 1) * width);
  const gain = (i: number, j: number): number => {
    const event = events[i];
    const segment = segments[j];
    if (event === undefined || segment === undefined) return -onePair;
    const off = Math.abs(outsideMs(event, segment.packet.atMs));
    return off > reachMs(events, i) ? -onePair : onePair - off;
  };
  for (let i = events.length - 1; i >= 0; i--) {
    for (let j = segments.length - 1; j >= 0; j--) {
      const skip = Math.max(best[(i + 1) * width + j] ?? 0, best[i * width + j + 1] ?? 0);
      best[i * width + j] = Math.max(skip, gain(i, j) + (best[(i + 1) * width + j + 1] ?? 0));
    }
  }
  const pairs: (readonly [PredictedEvent, Segment])[] = [];
  for (let i = 0, j = 0; i < events.length && j < segments.length; ) {
    const here = best[i * width + j];
    const event = events[i];
    const segment = segments[j];
    if (event === undefined || segment === undefined) break;
    if (here === gain(i, j) + (best[(i + 1) * width + j + 1] ?? 0) && gain(i, j) > 0) {
      pairs.push([event, segment]);
      i++;
      j++;
    } else if (here === best[(i + 1) * width + j]) i++;
    else j++;
  }
  return pairs;
}

/** What is further away than half the wider gap to its neighbours is another event. An event of its own kind is found wherever it is. */
function reachMs(events: readonly PredictedEvent[], i: number): number {
  const at = events[i]?.atMs ?? 0;
  const gaps = [events[i - 1], events[i + 1]].flatMap((one) =>
    one === undefined ? [] : [Math.abs(one.atMs - at)],
  );
  return gaps.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...gaps) / 2;
}
