/** How long connects took, as bars of a histogram: over all listeners, delays by unanswered SYNs named. */
import { formatCount, plural } from '../../base/units.ts';
import type { CaptureReport, LatencyBin } from '../../tcp/capture.ts';

export interface LatencyRow {
  /** "under 1 ms", "5 to 10 ms", "1.0 s" */
  readonly label: string;
  /** "1 SYN retry"; "" where it is no such delay. */
  readonly peak: string;
  readonly connections: number;
  /** Of all connects. */
  readonly share: number;
}

/** Every bin that holds something, in order of time; `brief`: what lies between two peaks is one row. */
export function latencyRows({ listeners }: CaptureReport, brief: boolean): readonly LatencyRow[] {
  const bins = merged(listeners.flatMap(({ connectLatency }) => connectLatency));
  const shown = brief ? joined(bins) : bins;
  const all = bins.reduce((sum, { connections }) => sum + connections, 0);
  return shown.map((bin) => ({
    label: bin.synRetries === undefined ? rangeText(bin) : momentText(bin),
    peak: bin.synRetries === undefined ? '' : plural(bin.synRetries, 'SYN retry', 'SYN retries'),
    connections: bin.connections,
    share: bin.connections / all,
  }));
}

/** The same bins of several listeners count together. */
function merged(bins: readonly LatencyBin[]): readonly LatencyBin[] {
  const byEdges = new Map<string, LatencyBin>();
  for (const bin of bins) {
    const key = `${bin.fromMs} ${bin.toMs} ${bin.synRetries ?? ''}`;
    const known = byEdges.get(key);
    byEdges.set(key, { ...bin, connections: bin.connections + (known?.connections ?? 0) });
  }
  return [...byEdges.values()]
    .filter(({ connections }) => connections > 0)
    .toSorted((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs);
}

function joined(bins: readonly LatencyBin[]): readonly LatencyBin[] {
  const rows: LatencyBin[] = [];
  for (const bin of bins) {
    const last = rows.at(-1);
    if (last === undefined || last.synRetries !== undefined || bin.synRetries !== undefined) rows.push(bin);
    else
      rows[rows.length - 1] = {
        fromMs: last.fromMs,
        toMs: bin.toMs,
        connections: last.connections + bin.connections,
      };
  }
  return rows;
}

/** "under 1 ms", "5 to 10 ms", "0.5 to 2 s": one unit for both ends. */
function rangeText({ fromMs, toMs }: LatencyBin): string {
  const [unit, each] = toMs <= 1000 ? ['ms', 1] : ['s', 1000];
  const number = (ms: number): string => formatCount(ms / each, 2);
  if (!Number.isFinite(toMs)) return `over ${number(fromMs)} ${unit}`;
  return fromMs === 0 ? `under ${number(toMs)} ${unit}` : `${number(fromMs)} to ${number(toMs)} ${unit}`;
}

/** Timers count in whole seconds and fire late: the full second in the bin is what was waited for. */
function momentText({ fromMs, toMs }: LatencyBin): string {
  const whole = Math.ceil(fromMs / 1000) * 1000;
  return whole > 0 && whole < toMs
    ? `${(whole / 1000).toFixed(1)} s`
    : rangeText({ fromMs, toMs, connections: 0 });
}
