import { existsSync, lchownSync, lstatSync, statSync } from 'node:fs';
import path from 'node:path';
import { exitCodes, HalfopenError } from '../../base/errors.ts';
import type { User } from '../../kernel/processes/find-user.ts';

const [WRITE, SEARCH] = [2, 1];

/** The store, its log, and what locks it. */
const parts = ['', '-wal', '-shm', '.lock'] as const;

/**
 * Gives a store that root has opened to `user`, who goes on writing it. Called twice: `prepare` before it is opened, which throws HalfopenError
 * (usage) where that user could not write it,, and what it returns afterwards.
 */
export function prepareHandOver(file: string, user: User): () => void {
  const folder = path.dirname(path.resolve(file));
  const isNew = !existsSync(folder);
  for (const above of foldersAbove(folder)) refuseUnless(SEARCH, above, file, user);
  if (!isNew) refuseUnless(WRITE, folder, file, user);
  return () => {
    if (isNew) lchownSync(folder, user.uid, user.gid);
    for (const part of parts) giveAway(file + part, user);
  };
}

/** "/", "/var", "/var/lib", as far as they are there. */
function foldersAbove(folder: string): readonly string[] {
  const above = path.dirname(folder);
  if (above === folder) return [];
  return [...foldersAbove(above), ...(existsSync(above) ? [above] : [])];
}

/** The store is opened by its path again and again, and renaming and removing its log are writes to the folder. */
function refuseUnless(wanted: number, folder: string, file: string, { name, uid, gid }: User): void {
  const { uid: owner, gid: group, mode } = statSync(folder);
  const bits = owner === uid ? mode >> 6 : group === gid ? mode >> 3 : mode;
  if ((bits & wanted) !== 0) return;
  throw new HalfopenError(exitCodes.usage, {
    attempted: `record as ${name} into`,
    on: file,
    said: `that user may not ${wanted === WRITE ? 'write to' : 'go through'} ${folder}`,
    remedy:
      wanted === WRITE
        ? `Give it away (chown -R ${name} ${folder}), or name another one: --store FILE.`
        : 'Name a store that the user can reach: --store FILE.',
  });
}

/** The folder may be the user's already: a link in it, or another name of somebody else's file, must not be given away. */
function giveAway(file: string, { uid, gid }: User): void {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found?.isFile() && found.nlink === 1) lchownSync(file, uid, gid);
}
