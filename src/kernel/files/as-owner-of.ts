import { statSync } from 'node:fs';

/**
 * Runs `work` with the rights of a folder's owner: in a folder that somebody else may write to, root would follow whatever links he puts
 * there. `work` must be synchronous; the whole process has these rights until it returns (seteuid(2), which glibc makes count for all threads).
 */
export function asOwnerOf<T>(folder: string, work: () => T): T {
  const { geteuid, seteuid, setegid } = process;
  if (geteuid === undefined || seteuid === undefined || setegid === undefined || geteuid() !== 0)
    return work();
  const { uid, gid } = statSync(folder);
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
