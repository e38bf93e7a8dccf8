import { noiseMs } from '../../../tcp/clock-tolerance.ts';
import type { KernelVersion } from '../../../tcp/model/kernel-version.ts';
import { retransmitTimeline, rtoMsOf } from '../../../tcp/model/retransmit-timeline.ts';
import type { Moment } from '../../../tcp/model/timer-wheel.ts';

/**
 * When a client sends data, or a FIN, that nobody acknowledges: at once, by the tail loss probe, and by each timeout. The latest counts
 * with the round-trip time that a busy machine makes of it, which every timeout doubles.
 */
export function resentData(rttMs: number, kernel: KernelVersion): readonly Moment[] {
  const sendsWith = (ms: number): readonly Moment[] =>
    retransmitTimeline({ retries: 15, rtoMs: rtoMsOf({ rttMs: ms }), kernel }).sends;
  const busy = sendsWith(rttMs + noiseMs);
  return sendsWith(rttMs).map(({ atMs, latestMs }, i) => ({ atMs, latestMs: busy[i]?.latestMs ?? latestMs }));
}

export function resentDataMs(rttMs: number, kernel: KernelVersion): number[] {
  return resentData(rttMs, kernel).map(({ atMs }) => atMs);
}
