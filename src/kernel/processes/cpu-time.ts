import type { SchedstatLine } from './parse-proc-stat.ts';

/** CPU time of a thread since it was born, from schedstat (nanoseconds) and stat (ticks of 10 ms), as far as known. */
export interface CpuTime {
  readonly exact?: SchedstatLine;
  readonly ticks?: number;
}

/** How a thread spent a window, as shares of it, 0 to 1. */
export interface CpuShares {
  readonly cpuShare: number;
  readonly runQueueWaitShare: number;
}

const tickMs = 10;

/** In less than this the kernel has not even accounted for a tick (CONFIG_HZ=100: 10 ms), and a share would be noise. */
const shortestWindowMs = 50;

/** Nanoseconds where both ends have them, else ticks, which know of no waiting; nothing for a window too short to tell. */
export function cpuShares(before: CpuTime, after: CpuTime, windowMs: number): CpuShares {
  if (windowMs < shortestWindowMs) return { cpuShare: 0, runQueueWaitShare: 0 };
  if (before.exact && after.exact) {
    return {
      cpuShare: share((after.exact.ranNs - before.exact.ranNs) / 1e6, windowMs),
      runQueueWaitShare: share((after.exact.waitedNs - before.exact.waitedNs) / 1e6, windowMs),
    };
  }
  const ticks = (after.ticks ?? 0) - (before.ticks ?? after.ticks ?? 0);
  return { cpuShare: share(ticks * tickMs, windowMs), runQueueWaitShare: 0 };
}

/** The ends are not read at the very moment the window's times were taken: a full core would read as 1.001. */
function share(partMs: number, windowMs: number): number {
  return windowMs > 0 ? Math.max(0, Math.min(1, partMs / windowMs)) : 0;
}
