import { readFileSync } from 'node:fs';
import type { CgroupMembership } from './process-cgroup.ts';

interface CgroupMount {
  /** The part of the hierarchy that is mounted: "/" but inside containers without a cgroup namespace. */
  readonly root: string;
  readonly mountPoint: string;
}

/** Where the cgroup hierarchies are mounted for us: v2 as "unified", v1 by controller. */
export type CgroupMounts = ReadonlyMap<string, CgroupMount>;

/** An empty map when nothing is mounted, as in many containers. */
export function readCgroupMounts(): CgroupMounts {
  try {
    return parseCgroupMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
  } catch {
    return new Map();
  }
}

/** /proc/self/mountinfo (proc(5)): "id parent dev root mountpoint options [fields] - type source superoptions". */
export function parseCgroupMounts(mountinfo: string): CgroupMounts {
  const mounts = new Map<string, CgroupMount>();
  for (const line of mountinfo.split('\n')) {
    const [left = '', right = ''] = line.split(' - ');
    const [type, , superOptions = ''] = right.split(' ');
    const [, , , root, mountPoint] = left.split(' ').map(unescapeOctal);
    if (root === undefined || mountPoint === undefined) continue;
    const mount = { root, mountPoint };
    // The first of several mounts of the same hierarchy serves as well as the others.
    const keep = (key: string): unknown => mounts.has(key) || mounts.set(key, mount);
    if (type === 'cgroup2') keep('unified');
    if (type === 'cgroup') superOptions.split(',').forEach(keep);
  }
  return mounts;
}

/** Blanks, tabs, newlines and backslashes in paths are written as \040, \011, \012, \134. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/**
 * The folder of a process's cgroup in the v1 hierarchy of `controller`, or in the v2 one ("unified"), and its parents up to
 * the mount point, innermost first. Empty when it is not mounted or lies outside of what we see ("/../...").
 */
export function cgroupFolders(
  mounts: CgroupMounts,
  membership: CgroupMembership,
  controller: string,
): string[] {
  const mount = mounts.get(controller);
  const path = controller === 'unified' ? membership.unified : membership.byController.get(controller);
  if (!mount || path === undefined) return [];
  const below = mount.root === '/' ? path : stripRoot(path, mount.root);
  if (below === undefined) return [];
  const segments = below.split('/').filter((segment) => segment !== '');
  if (segments.includes('..')) return [];
  const folders: string[] = [];
  for (let depth = segments.length; depth >= 0; depth--) {
    folders.push([mount.mountPoint, ...segments.slice(0, depth)].join('/'));
  }
  return folders;
}

function stripRoot(path: string, root: string): string | undefined {
  if (path === root) return '/';
  return path.startsWith(`${root}/`) ? path.slice(root.length) : undefined;
}
