/** What was looked at, and how much of it could be read. */
import { formatCount, formatDurationMs, plural } from '../../base/units.ts';
import type { CaptureReport } from '../../tcp/capture.ts';

/**
 * "storm.pcapng", a mark where it is not all, "pcapng", "44,120 packets (122 of them not TCP)", "6,460 connections", "10.0 s".
 * `source`: instead of the file and its format.
 */
export function captureScope(report: CaptureReport, source?: string): readonly string[] {
  const { file, format, packets, tcpPackets, totals, fromMs, toMs, partial } = report;
  const others = packets - tcpPackets;
  return [
    source ?? (file === '-' ? 'standard input' : file),
    ...(partial === null ? [] : ['PARTIAL']),
    ...(source === undefined ? [format] : []),
    `${plural(packets, 'packet')}${others > 0 ? ` (${formatCount(others)} of them not TCP)` : ''}`,
    plural(totals.connections, 'connection'),
    ...(packets === 0 ? [] : [formatDurationMs(Math.max(0, toMs - fromMs))]),
  ];
}

/** "Partial: from record 1,204 at byte 88,112 on nothing was read: captured length 4,294,967,295"; "" when all was. */
export function partialText({ partial }: CaptureReport): string {
  if (partial === null) return '';
  const { record, atByte, because } = partial;
  return `Partial: from record ${formatCount(record)} at byte ${formatCount(atByte)} on nothing was read: ${because}`;
}

/** "12 fragments and 3 malformed packets were left out"; "" when none were. Packets of other protocols are no loss. */
export function leftOutText({ skipped, totals }: CaptureReport): string {
  const { fragments, malformed, cut } = skipped;
  const parts = [
    fragments === 0 ? '' : plural(fragments, 'fragment'),
    malformed === 0 ? '' : plural(malformed, 'malformed packet'),
    cut === 0 ? '' : `${plural(cut, 'packet')} cut inside a header by the snap length`,
    totals.copies === 0 ? '' : plural(totals.copies, 'packet captured twice', 'packets captured twice'),
  ].filter((text) => text !== '');
  const last = parts.pop();
  if (last === undefined) return '';
  const all = parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
  return `${all} ${fragments + malformed + cut + totals.copies === 1 ? 'was' : 'were'} left out`;
}
