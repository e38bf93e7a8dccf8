import type { InterfaceCounters } from '../../tcp/observation.ts';
import { malformed, ok, type Reading } from '../../tcp/reading.ts';
import { readProcFile } from './read-proc-file.ts';

/** `netDirectory`/dev: packets, bytes, errors and drops of each interface of one namespace since it was made. */
export function readNetDev(netDirectory: string): Reading<readonly InterfaceCounters[]> {
  return readProcFile(`${netDirectory}/dev`, 'all kernels with /proc/net', parseNetDev);
}

/**
 * Two heading lines, then "name: 8 receive columns, 8 transmit columns" (dev_seq_printf_stats()). The kernel's `drop` column of the
 * receive side is rx_dropped + rx_missed_errors.
 */
export function parseNetDev(text: string): Reading<readonly InterfaceCounters[]> {
  const interfaces: InterfaceCounters[] = [];
  const [heading = '', , ...lines] = text.split('\n');
  if (!heading.startsWith('Inter-|')) return malformed('/proc/net/dev', 'line 1', heading);
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    const colon = line.lastIndexOf(':');
    const words = line
      .slice(colon + 1)
      .trim()
      .split(/\s+/);
    const columns = words.map(Number);
    if (colon < 0 || words.length < 16 || !words.every((word) => /^\d+$/.test(word))) {
      return malformed('/proc/net/dev', `line ${index + 3}`, line);
    }
    interfaces.push({
      name: line.slice(0, colon).trim(),
      received: linkCounters(columns, 0),
      sent: linkCounters(columns, 8),
    });
  }
  return ok(interfaces);
}

function linkCounters(columns: readonly number[], from: number): InterfaceCounters['received'] {
  const [bytes = 0, packets = 0, errors = 0, dropped = 0, fifo = 0] = columns.slice(from, from + 5);
  return { bytes, packets, errors, dropped, fifo };
}
