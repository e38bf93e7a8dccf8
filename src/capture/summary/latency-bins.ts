import type { LatencyBin } from '../../tcp/capture.ts';
import { latencyBins, retryColumns } from '../layout/total-columns.ts';

/**
 * Edges in ms: decades in thirds up to where the first SYN is repeated, then one bin around each moment at which a kernel repeats it:
 * 1, 3, 7, 15, 31, 63 s (RFC 6298), and 1, 2, 3, 4, 5, 7, 11, 19, 35, 67 s on Linux since 6.5 (tcp_syn_linear_timeouts).
 */
export const latencyEdgesMs = [
  0, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 900, 1500, 2500, 3500, 4500, 6000, 9000, 13_000, 17_000, 25_000,
  33_000, 50_000, 65_000, 140_000,
] as const;

/** `counts`: for each bin, connections by the number of their SYN retries. Empty bins at both ends are left out. */
export function toLatencyBins(counts: Float64Array): LatencyBin[] {
  const bins = Array.from({ length: latencyBins }, (_, bin) => toBin(bin, counts));
  const filled = bins.flatMap(({ connections }, i) => (connections > 0 ? [i] : []));
  return bins.slice(filled[0] ?? 0, (filled.at(-1) ?? -1) + 1);
}

function toBin(bin: number, counts: Float64Array): LatencyBin {
  const byRetries = [...counts.subarray(bin * retryColumns, (bin + 1) * retryColumns)];
  const connections = byRetries.reduce((sum, count) => sum + count, 0);
  const synRetries = byRetries.indexOf(Math.max(...byRetries));
  const fromMs = latencyEdgesMs[bin] ?? 0;
  return {
    fromMs,
    toMs: latencyEdgesMs[bin + 1] ?? fromMs * 2,
    connections,
    ...(connections > 0 && synRetries > 0 ? { synRetries } : {}),
  };
}
