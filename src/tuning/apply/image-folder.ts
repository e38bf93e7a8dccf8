import { statfsSync } from 'node:fs';
import path from 'node:path';
import { leadsOutOf } from '../../kernel/files/leads-out-of.ts';

/** linux/magic.h */
const PROC_SUPER_MAGIC = 0x9fa0;

/** A folder of an image; undefined: it has none, a link leads out of the image, or the running kernel's own /proc is mounted there. */
export function imageFolder(root: string, folder: string): string | undefined {
  const found = path.join(root, folder);
  try {
    const isKernels = statfsSync(found).type === PROC_SUPER_MAGIC;
    return isKernels || leadsOutOf(root, path.join(found, 'x')) ? undefined : found;
  } catch {
    return undefined;
  }
}
