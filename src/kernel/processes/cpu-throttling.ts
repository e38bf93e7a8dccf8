import { readingValue } from '../../tcp/reading.ts';
import { type CgroupMounts, cgroupFolders } from './cgroup-folders.ts';
import type { CgroupMembership } from './process-cgroup.ts';
import { readProcessFile } from './read-process-file.ts';

/** A cgroup whose CPU time is limited, and how often that limit has stopped it so far. */
export interface CpuLimit {
  readonly folder: string;
  readonly periodMs: number;
  readonly throttled: ThrottleCount;
}

interface ThrottleCount {
  readonly periods: number;
  /** Added up over cores: two cores stopped for 10 ms count 20 ms (unthrottle_cfs_rq, kernel/sched/fair.c). */
  readonly timeMs: number;
}

/** The process's own cgroup and those above it that have a CPU limit; empty when there is none, or none can be seen. */
export function readCpuLimits(mounts: CgroupMounts, membership: CgroupMembership): readonly CpuLimit[] {
  const v1 = cgroupFolders(mounts, membership, 'cpu');
  const folders = v1.length > 0 ? v1 : cgroupFolders(mounts, membership, 'unified');
  const limits: CpuLimit[] = [];
  for (const folder of folders) {
    const periodMs = v1.length > 0 ? periodOfV1(folder) : periodOfV2(folder);
    const throttled = periodMs === undefined ? undefined : readThrottleCount(folder);
    if (periodMs !== undefined && throttled) limits.push({ folder, periodMs, throttled });
  }
  return limits;
}

/**
 * Share of `windowMs` during which the tightest of these limits kept the cgroup stopped, 0 to 1; undefined without a
 * limit. Several cores' stopped time is bounded by the periods in which there was any.
 */
export function throttledShare(limits: readonly CpuLimit[], windowMs: number): number | undefined {
  const shares = limits.flatMap(({ folder, periodMs, throttled: before }) => {
    const after = readThrottleCount(folder);
    if (!after || windowMs <= 0) return [];
    const stoppedMs = Math.min(after.timeMs - before.timeMs, (after.periods - before.periods) * periodMs);
    return [Math.max(0, Math.min(1, stoppedMs / windowMs))];
  });
  return shares.length > 0 ? Math.max(...shares) : undefined;
}

/** cpu.cfs_quota_us is -1 without a limit. */
function periodOfV1(folder: string): number | undefined {
  const quota = Number(readingValue(readProcessFile(`${folder}/cpu.cfs_quota_us`)) ?? -1);
  return quota > 0 ? microseconds(readingValue(readProcessFile(`${folder}/cpu.cfs_period_us`))) : undefined;
}

/** cpu.max: "max 100000" without a limit, else "quota period"; the root has no such file. */
function periodOfV2(folder: string): number | undefined {
  const [quota, period] = readingValue(readProcessFile(`${folder}/cpu.max`))?.split(' ') ?? [];
  return quota === undefined || quota === 'max' ? undefined : microseconds(period);
}

function microseconds(text: string | undefined): number | undefined {
  const value = Number(text);
  return value > 0 ? value / 1000 : undefined;
}

/** cpu.stat: throttled_usec in v2, throttled_time in nanoseconds in v1. */
function readThrottleCount(folder: string): ThrottleCount | undefined {
  const text = readingValue(readProcessFile(`${folder}/cpu.stat`));
  const periods = /^nr_throttled (\d+)/m.exec(text ?? '')?.[1];
  const time = /^throttled_(usec|time) (\d+)/m.exec(text ?? '');
  if (periods === undefined || !time) return undefined;
  return { periods: Number(periods), timeMs: Number(time[2]) / (time[1] === 'usec' ? 1e3 : 1e6) };
}
