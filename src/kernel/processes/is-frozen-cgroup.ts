import { readingValue } from '../../tcp/reading.ts';
import { type CgroupMounts, cgroupFolders } from './cgroup-folders.ts';
import type { CgroupMembership } from './process-cgroup.ts';
import { readProcessFile } from './read-process-file.ts';

/** Held by the freezer: v2 tells it of every cgroup below the one that was frozen, v1 as well. */
export function isFrozenCgroup(mounts: CgroupMounts, membership: CgroupMembership): boolean {
  const [v2] = cgroupFolders(mounts, membership, 'unified');
  if (v2 && /^frozen 1/m.test(readingValue(readProcessFile(`${v2}/cgroup.events`)) ?? '')) return true;
  const [v1] = cgroupFolders(mounts, membership, 'freezer');
  return (
    v1 !== undefined && (readingValue(readProcessFile(`${v1}/freezer.state`)) ?? '').startsWith('FROZEN')
  );
}
