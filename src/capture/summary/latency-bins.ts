import type { LatencyBin } from '../../tcp/capture.ts';

/**
 * Edges in ms: decades in thirds up to where the first SYN is repeated, then one bin around each moment at which a kernel repeats it:
 * 1, 3, 7, 15, 31, 63 s (RFC 6298), and 1, 2, 3, 4, 5, 7, 11, 19, 35, 67 s on Linux since 6.5 (tcp_syn_linear_timeouts).
 */
const edgesMs = [
  0, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 900, 1500, 2500, 3500, 4500, 6000, 9000, 13_000, 17_000, 25_000,
  33_000, 50_000, 65_000, 140_000,
] as const;

export const latencyBins = edgesMs.length;
/** Retries are told apart up to so many. */
export const retryColumns = 10;

export function latencyBin(ms: number): number {
  let bin = 0;
  while (bin + 1 < latencyBins && ms >= (edgesMs[bin + 1] ?? 0)) bin++;
  return bin;
}

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
  const fromMs = edgesMs[bin] ?? 0;
  return {
    fromMs,
    toMs: edgesMs[bin + 1] ?? fromMs * 2,
    connections,
    ...(connections > 0 && synRetries > 0 ? { synRetries } : {}),
  };
}
