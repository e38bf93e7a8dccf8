import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';

/** Whether what would be written at `file`, a path below `root`, lies elsewhere: a folder on the way is a link, as in /etc -> /. */
export function leadsOutOf(root: string, file: string): boolean {
  let folder = path.dirname(file);
  while (!existsSync(folder)) folder = path.dirname(folder);
  const [inside, found] = [realpathSync(root), realpathSync(folder)];
  return found !== inside && !found.startsWith(`${inside.replace(/\/$/, '')}/`);
}
