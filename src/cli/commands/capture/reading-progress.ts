import { formatBytes, formatDurationMs } from '../../../base/units.ts';
import { type Progress, progressBar } from '../../progress.ts';

/** Short readings need no bar. */
const SHOW_AFTER_MS = 500;
const EVERY_MS = 100;

/** A bar with rate and remaining time, on a terminal, while a file is read. */
export interface ReadingProgress extends Progress {
  readonly read: (doneBytes: number, totalBytes: number | null) => void;
}

export function readingProgress(file: string): ReadingProgress {
  const bar = progressBar(`reading ${file === '-' ? 'standard input' : file}`);
  const startedMs = performance.now();
  let shownMs = 0;
  return {
    ...bar,
    read: (doneBytes, totalBytes) => {
      const nowMs = performance.now();
      const tookMs = nowMs - startedMs;
      if (tookMs < SHOW_AFTER_MS || nowMs - shownMs < EVERY_MS) return;
      shownMs = nowMs;
      const rate = `${formatBytes(Math.round((doneBytes / tookMs) * 1000))}/s`;
      if (totalBytes === null) {
        bar.show(null, `${formatBytes(doneBytes)} ${rate}`);
        return;
      }
      const leftMs = (tookMs * (totalBytes - doneBytes)) / Math.max(1, doneBytes);
      bar.show(doneBytes / totalBytes, `${rate}, ${formatDurationMs(leftMs)} left`);
    },
  };
}
