import type { SoftnetRow } from '../../tcp/observation.ts';
import { malformed, ok, type Reading } from '../../tcp/reading.ts';
import { readProcFile } from './read-proc-file.ts';

/** /proc/net/softnet_stat, one row per CPU, packets. The same in every namespace. */
export function readSoftnetStat(path = '/proc/net/softnet_stat'): Reading<readonly SoftnetRow[]> {
  return readProcFile(path, 'all kernels with /proc/net', parseSoftnetStat);
}

/**
 * Hexadecimal columns (net/core/net-procfs.c, softnet_seq_show()): 0 processed, 1 dropped, 2 time_squeeze; column 12 is the CPU
 * number since 5.10, before that the row number stands for it.
 */
export function parseSoftnetStat(text: string): Reading<readonly SoftnetRow[]> {
  const rows: SoftnetRow[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const columns = line.trim().split(/\s+/);
    if (columns.length < 3 || columns.some((column) => !/^[0-9a-f]{8,16}$/.test(column))) {
      return malformed('/proc/net/softnet_stat', `line ${index + 1}`, line);
    }
    const [processed = 0, dropped = 0, timeSqueeze = 0] = columns.map((column) =>
      Number.parseInt(column, 16),
    );
    const cpu = columns[12] === undefined ? index : Number.parseInt(columns[12], 16);
    rows.push({ cpu, processed, dropped, timeSqueeze });
  }
  if (rows.length === 0) return malformed('/proc/net/softnet_stat', 'line 1', 'an empty file');
  return ok(rows);
}
