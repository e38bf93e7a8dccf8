import type { CaptureSeries } from '../../tcp/capture.ts';

/** Nearly all of them; a stray one before does not count. */
const NEARLY_ALL = 0.95;
/** So much of the capture must have been free of them. */
const CLEAN_SHARE = 0.2;

/** From when on data is sent again, ms from the first packet; undefined: from the beginning, or now and then. */
export function resendOnsetMs({ stepMs, retransmissions, packets }: CaptureSeries): number | undefined {
  const total = retransmissions.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let before = 0;
  let step = 0;
  while (before + (retransmissions[step] ?? 0) <= total * (1 - NEARLY_ALL)) {
    before += retransmissions[step] ?? 0;
    step++;
  }
  const quiet = packets.slice(0, step).filter((count) => count > 0).length;
  return step >= retransmissions.length * CLEAN_SHARE && quiet >= step / 2 ? step * stepMs : undefined;
}
