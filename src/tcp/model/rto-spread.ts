import {
  type RetransmitInputs,
  type RetransmitTimeline,
  retransmitTimeline,
  rtoMsOf,
} from './retransmit-timeline.ts';
import { defaultHz, type Moment, mergeMoments } from './timer-wheel.ts';

/** RTOs that a connection may have: the round trip it has measured is not known to the millisecond. */
export interface RtoRange {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** With `rtoMs` above 0 that one; else what follows from `rttMs` and from `rttMs + rttSpreadMs`. */
export function rtoRange(inputs: {
  readonly rtoMs?: number;
  readonly rttMs: number;
  readonly rttSpreadMs: number;
  readonly oneRttSample?: boolean;
  readonly rtoMinMs?: number;
  readonly rtoMaxMs?: number;
  readonly hz?: number;
}): RtoRange {
  if (inputs.rtoMs) return { leastMs: inputs.rtoMs, mostMs: inputs.rtoMs };
  const leastMs = rtoMsOf(inputs);
  return {
    leastMs,
    mostMs: Math.max(leastMs, rtoMsOf({ ...inputs, rttMs: inputs.rttMs + inputs.rttSpreadMs })),
  };
}

export interface SpreadTimeline {
  /** For the least RTO. */
  readonly timeline: RetransmitTimeline;
  readonly sends: readonly Moment[];
  readonly end: Moment;
  /** With another number of resends: for a longer RTO of the range, or with timers late at the wrong moment. */
  readonly otherEnds: readonly Moment[];
}

/** A wide range is looked at in this many steps, a narrow one tick by tick. */
const STEPS = 16;

/** The timelines of the RTOs in the range: those with as many resends widen the times, the others are other ends. */
export function spreadTimeline(inputs: Omit<RetransmitInputs, 'rtoMs'>, range: RtoRange): SpreadTimeline {
  const stepMs = Math.max(1000 / (inputs.hz ?? defaultHz), (range.mostMs - range.leastMs) / STEPS);
  const timeline = retransmitTimeline({ ...inputs, rtoMs: range.leastMs });
  const sends: Moment[] = [...timeline.sends];
  // The end moves with the RTO as long as the number of resends is the same.
  const endsByCount = new Map<number, Moment>([[countOf(timeline), timeline.end]]);
  const earlierEnds: Moment[] = [...timeline.earlierEnds];
  for (let rtoMs = range.leastMs + stepMs; rtoMs <= range.mostMs + 1e-6; rtoMs += stepMs) {
    const longer = retransmitTimeline({ ...inputs, rtoMs });
    earlierEnds.push(...longer.earlierEnds);
    endsByCount.set(countOf(longer), spanOf(endsByCount.get(countOf(longer)), longer.end));
    for (const [i, before] of sends.entries()) sends[i] = spanOf(before, longer.sends[i] ?? before);
  }
  const end = endsByCount.get(countOf(timeline)) ?? timeline.end;
  endsByCount.delete(countOf(timeline));
  return { timeline, sends, end, otherEnds: mergeMoments([...endsByCount.values(), ...earlierEnds]) };
}

function spanOf(before: Moment | undefined, next: Moment): Moment {
  if (before === undefined) return next;
  return { atMs: Math.min(before.atMs, next.atMs), latestMs: Math.max(before.latestMs, next.latestMs) };
}

function countOf({ sends, unlisted }: RetransmitTimeline): number {
  return sends.length + unlisted;
}
