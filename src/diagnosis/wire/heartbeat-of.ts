import type { CaptureListener } from '../../tcp/capture.ts';
import { sendersOf } from '../connection-churn/senders-of.ts';
import { type Arrival, findPeriod, findPlainPeriod } from '../periodicity.ts';

/**
 * The rhythm of connections without payload: `beats` are their arrivals, `connections` how many there are of them in all. null where
 * they come without one. `isMostOf`: most of what the listener gets is like that, so that a rhythm is worth a longer look.
 */
export function heartbeatOf(
  beats: readonly Arrival[],
  connections: number,
  spanMs: number,
  isMostOf: boolean,
): CaptureListener['heartbeat'] {
  const period = isMostOf ? findPeriod(beats, spanMs) : findPlainPeriod(beats);
  if (period === undefined) return null;
  const bySource = new Map<string, number>();
  for (const { source } of beats) bySource.set(source, (bySource.get(source) ?? 0) + 1);
  return {
    periodMs: Math.round(period.periodMs),
    senders: sendersOf(period, beats.length, spanMs, bySource.size),
    agreement: period.agreement,
    connections,
  };
}
