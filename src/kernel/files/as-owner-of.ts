import { lstatSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Runs `work` with the rights of whoever a folder belongs to: where somebody else may put links, root would follow them. That is the first
 * owner on the way from / who is not root, since he may also exchange the folders below. `work` must be synchronous; the whole process has
 * these rights until it returns (seteuid(2), which glibc makes count for all threads).
 */
export function asOwnerOf<T>(folder: string, work: () => T): T {
  const { geteuid, seteuid, setegid } = process;
  if (geteuid === undefined || seteuid === undefined || setegid === undefined || geteuid() !== 0)
    return work();
  const { uid, gid } = firstOwner(path.resolve(folder));
  if (uid === 0) return work();
  setegid(gid);
  try {
    seteuid(uid);
    return work();
  } finally {
    seteuid(0);
    setegid(0);
  }
}

function firstOwner(folder: string): Stats {
  const parent = path.dirname(folder);
  const above = parent === folder ? undefined : firstOwner(parent);
  if (above !== undefined && above.uid !== 0) return above;
  const link = lstatSync(folder);
  return link.uid === 0 ? statSync(folder) : link;
}
