import { readlinkSync } from 'node:fs';
import type { FoundNamespace } from '../kernel/netns/find-namespaces.ts';

/**
 * /proc/PID/net shows the namespace of that process, also to those who may not enter it: the first process of this namespace that is
 * still there stands for it. Undefined when none is.
 */
export function foreignNetDirectory({ pids, inode }: FoundNamespace): string | undefined {
  const pid = pids.find((one) => livesIn(one, inode));
  return pid === undefined ? undefined : `/proc/${pid}/net`;
}

/** The number of a process that has ended may have been given to one of another namespace. */
function livesIn(pid: number, inode: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`) === `net:[${inode}]`;
  } catch {
    return false;
  }
}
