import { absent, malformed, ok, type Reading, readingValue } from '../../tcp/reading.ts';
import { readSysctl } from '../sysctl/read-sysctls.ts';
import { readProcFile } from './read-proc-file.ts';

export interface ConntrackNow {
  readonly count: number;
  readonly max: number;
  readonly stat?: Readonly<Record<string, number>>;
}

/**
 * Connection tracking of the namespace the calling thread is in: entries now, the limit, and
 * /proc/net/stat/nf_conntrack summed over CPUs (needs CONFIG_NF_CONNTRACK_PROCFS).
 */
export function readConntrack(netDirectory: string): Reading<ConntrackNow> {
  const count = readSysctl('net.netfilter.nf_conntrack_count');
  const max = readSysctl('net.netfilter.nf_conntrack_max');
  if (count === undefined || max === undefined)
    return absent('conntrack', 'connection tracking is not loaded');
  const stat = readingValue(
    readProcFile(`${netDirectory}/stat/nf_conntrack`, 'CONFIG_NF_CONNTRACK_PROCFS', parseConntrackStat),
  );
  if (!/^\d+$/.test(count) || !/^\d+$/.test(max))
    return malformed('conntrack', 'nf_conntrack_count, nf_conntrack_max', `${count}, ${max}`);
  return ok({ count: Number(count), max: Number(max), ...(stat === undefined ? {} : { stat }) });
}

/** One heading line of names, then a line of hexadecimal values per CPU; `entries` is the same total on every line. */
export function parseConntrackStat(text: string): Reading<Readonly<Record<string, number>>> {
  const [heading = '', ...lines] = text.split('\n').filter((line) => line.trim() !== '');
  const names = heading.trim().split(/\s+/);
  if (!names.includes('entries')) return malformed('/proc/net/stat/nf_conntrack', 'line 1', heading);
  const sums: Record<string, number> = {};
  for (const [index, line] of lines.entries()) {
    const columns = line.trim().split(/\s+/);
    const values = columns.map((column) =>
      /^[0-9a-f]+$/.test(column) ? Number.parseInt(column, 16) : Number.NaN,
    );
    if (values.length !== names.length || values.some(Number.isNaN)) {
      return malformed('/proc/net/stat/nf_conntrack', `line ${index + 2}`, line);
    }
    for (const [column, name] of names.entries()) {
      const value = values[column] ?? 0;
      sums[name] = name === 'entries' ? value : (sums[name] ?? 0) + value;
    }
  }
  return ok(sums);
}
