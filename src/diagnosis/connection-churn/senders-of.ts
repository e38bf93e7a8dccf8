import type { Periodicity } from '../periodicity.ts';

/** Each sender arrives once per period: counted by address, or by burst, or worked out from the rate. */
export function sendersOf(
  { method, periodMs, burstSize }: Periodicity,
  arrivals: number,
  durationMs: number,
  sources: number,
): number {
  if (method === 'intervals') return sources;
  return burstSize ?? Math.max(1, Math.round((arrivals * periodMs) / durationMs));
}
