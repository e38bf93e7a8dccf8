import { formatDurationMs } from '../../base/units.ts';

/** A time as the kernel's documents count it: in seconds up to a quarter of an hour. "134.8 s", "80 ms", "-120 ms". */
export function secondsText(ms: number): string {
  if (ms === 0) return '0 s';
  if (ms < 0) return `-${secondsText(-ms)}`;
  return ms >= 1000 && ms < 1_000_000 ? `${(ms / 1000).toFixed(1)} s` : formatDurationMs(ms);
}
