import type { LiveProgress } from '../../../app/capture/live/live-capture.ts';
import { formatBytes, formatCount, formatDurationMs, formatRate } from '../../../base/units.ts';

/** One line; losses come before what may not fit. */
export function progressText(now: LiveProgress): string {
  const { droppedByKernel, file } = now;
  return [
    formatDurationMs(Math.round(now.seconds) * 1000),
    `${formatRate(now.packetsPerSecond)} packets, ${formatBytes(Math.round(now.bytesPerSecond))}/s`,
    droppedByKernel > 0 ? `KERNEL DROPPED ${formatCount(droppedByKernel)}` : 'kernel dropped 0',
    `SYN ${formatRate(now.synPerSecond)}, again ${formatRate(now.synRetransmissionsPerSecond)}`,
    ...(file ? [`${file.name} ${formatBytes(file.bytes)}`] : []),
  ].join(' | ');
}
