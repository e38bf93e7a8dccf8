/** The capture's counts over time in as many equal steps as a picture has room for. */
import type { CaptureSeries } from '../../tcp/capture.ts';

type Counted = Exclude<keyof CaptureSeries, 'stepMs'>;

export interface SeriesBin {
  readonly fromMs: number;
  readonly toMs: number;
  readonly counts: Readonly<Record<Counted, number>>;
}

/** At most `most` bins, each of the same number of steps; the last may be of fewer. */
export function seriesBins(series: CaptureSeries, most: number): readonly SeriesBin[] {
  const steps = series.packets.length;
  const each = Math.max(1, Math.ceil(steps / most));
  return Array.from({ length: Math.ceil(steps / each) }, (_, i) => {
    const from = i * each;
    const to = Math.min(steps, from + each);
    const sum = (name: Counted): number => series[name].slice(from, to).reduce((total, n) => total + n, 0);
    return {
      fromMs: from * series.stepMs,
      toMs: to * series.stepMs,
      counts: {
        packets: sum('packets'),
        syn: sum('syn'),
        retransmissions: sum('retransmissions'),
        push: sum('push'),
        payloadBytes: sum('payloadBytes'),
      },
    };
  });
}

/** Of the packets in a bin, how many were retransmissions; 0 where there were none. */
export function resentShare({ counts }: SeriesBin): number {
  return counts.packets === 0 ? 0 : counts.retransmissions / counts.packets;
}
