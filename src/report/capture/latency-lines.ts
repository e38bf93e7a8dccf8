/** The histogram of connect times in a terminal. */
import { formatCount } from '../../base/units.ts';
import type { CaptureReport } from '../../tcp/capture.ts';
import type { TextContext } from '../text-context.ts';
import { shorten, widthOf } from '../wrap-text.ts';
import { type LatencyRow, latencyRows } from './latency-rows.ts';

const widestBar = 30;
/** A connect that waits longer is felt. */
const slowMs = 100;

/** Without `verbose` only where there is something to see: SYN retries, or slow connects. */
export function latencyLines(
  report: CaptureReport,
  { paint, columns, verbose }: TextContext,
): readonly string[] {
  const rows = latencyRows(report, !verbose);
  const slow = report.listeners.some(({ connectMs }) => (connectMs?.p99 ?? 0) >= slowMs);
  if (rows.length === 0 || !(verbose || slow || rows.some(({ peak }) => peak !== ''))) return [];
  const names = rows.map(nameOf);
  const name = Math.max(...names.map(widthOf));
  const counts = Math.max(...rows.map(({ connections }) => widthOf(formatCount(connections))));
  const room = Math.min(widestBar, columns - 2 - name - 2 - counts - 2);
  const most = Math.max(...rows.map(({ connections }) => connections));
  const lines = rows.map((row, i) => {
    const start = `  ${(names[i] ?? '').padEnd(name)}  ${formatCount(row.connections).padStart(counts)}`;
    if (room < 4) return shorten(start, columns);
    const bar = barOf((row.connections / most) * room);
    return `${start}  ${row.peak === '' ? bar : paint.yellow(bar)}`;
  });
  return [paint.dim(shorten('from the first SYN to the SYN-ACK, connections', columns)), ...lines];
}

/** "1.0 s = 1 SYN retry" */
function nameOf({ label, peak }: LatencyRow): string {
  return peak === '' ? label : `${label} = ${peak}`;
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** What is little but not nothing is seen. */
function barOf(length: number): string {
  const parts = Math.max(1, Math.round(length * 8));
  return '█'.repeat(parts >> 3) + (eighths[parts & 7] ?? '');
}
