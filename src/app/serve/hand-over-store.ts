import { existsSync, lchownSync, lstatSync, statSync } from 'node:fs';
import path from 'node:path';
import { exitCodes, HalfopenError } from '../../base/errors.ts';
import type { User } from '../../kernel/processes/find-user.ts';

const W = 2;

/** The store, its log, and what locks it. */
const parts = ['', '-wal', '-shm', '.lock'] as const;

/**
 * Gives a store that root has opened to `user`, who goes on writing it. Called twice: `prepare` before it is opened, which throws HalfopenError
 * (usage) where the folder is there and is somebody else's, and what it returns afterwards.
 */
export function prepareHandOver(file: string, user: User): () => void {
  const folder = path.dirname(path.resolve(file));
  const isNew = !existsSync(folder);
  if (!isNew) refuseUnwritable(folder, user);
  return () => {
    if (isNew) lchownSync(folder, user.uid, user.gid);
    for (const part of parts) giveAway(file + part, user);
  };
}

/** Renaming, truncating and removing the log are writes to the folder. */
function refuseUnwritable(folder: string, { name, uid, gid }: User): void {
  const { uid: owner, gid: group, mode } = statSync(folder);
  const bits = owner === uid ? mode >> 6 : group === gid ? mode >> 3 : mode;
  if ((bits & W) !== 0) return;
  throw new HalfopenError(exitCodes.usage, {
    attempted: 'record as the user',
    on: name,
    said: `the store's folder ${folder} is not that user's to write to`,
    remedy: `Give it away (chown -R ${name} ${folder}), or name another one: --store FILE.`,
  });
}

/** The folder may be the user's already: a link in it, or another name of somebody else's file, must not be given away. */
function giveAway(file: string, { uid, gid }: User): void {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found?.isFile() && found.nlink === 1) lchownSync(file, uid, gid);
}
