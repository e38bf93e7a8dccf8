import type { LiveSummary } from '../../../app/capture/live/live-capture.ts';
import {
  formatBytes,
  formatCount,
  formatDurationMs,
  formatRate,
  formatShare,
  plural,
} from '../../../base/units.ts';
import { paintFor } from '../../../report/ansi.ts';
import { printable } from '../../../report/printable.ts';

export interface LiveTextOptions {
  readonly colour: boolean;
  /** What the packets show, ending with a newline; "": nothing to say. */
  readonly analysis: string;
}

/** The account of a capture: losses first, since they decide what the rest is worth; then what it shows, then its numbers. */
export function liveSummaryText(summary: LiveSummary, { colour, analysis }: LiveTextOptions): string {
  const { interfaces, files } = summary;
  return [
    ...lossLines(summary, colour),
    ...(analysis === '' ? [] : [analysis]),
    packetLine(summary),
    `SYNs: ${formatCount(summary.syn)}, at least ${formatCount(summary.synRetransmissions)} of them sent again`,
    ...(interfaces.length > 0
      ? [
          `on ${interfaces.map(({ name, packets }) => `${printable(name)} ${formatCount(packets)}`).join(', ')}`,
        ]
      : []),
    ...files.map(
      (file) => `wrote ${file.name}: ${plural(file.packets, 'packet')}, ${formatBytes(file.bytes)}`,
    ),
    ...(summary.filesDeleted > 0
      ? [`${plural(summary.filesDeleted, 'older file')} of this run made room for them`]
      : []),
    '',
  ].join('\n');
}

function packetLine({ packets, bytes, seconds, droppedByKernel }: LiveSummary): string {
  const rate = seconds > 0 ? formatRate(packets / seconds) : '0/s';
  const took = formatDurationMs(seconds * 1000);
  const size = `${formatBytes(bytes)} on the wire`;
  return `${plural(packets, 'packet')} in ${took} (${rate}), ${size}; the kernel dropped ${formatCount(droppedByKernel)}`;
}

function lossLines({ packets, droppedByKernel }: LiveSummary, colour: boolean): string[] {
  if (droppedByKernel === 0) return [];
  const share = formatShare(droppedByKernel / (packets + droppedByKernel));
  const loud = `THE KERNEL DROPPED ${plural(droppedByKernel, 'packet').toUpperCase()} (${share}): this capture has holes.`;
  return [
    paintFor(colour).red(loud),
    'What is missing from it may have been on the wire. Capture fewer ports, a smaller --snap, or take a larger --buffer.',
    '',
  ];
}
