import { accessSync, constants, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { exitCodes, HalfopenError } from '../base/errors.ts';

/**
 * Writes a file under another name in the same folder first and renames it then: on failure nothing is left behind and an older file
 * stays as it was. `attempted` is a verb phrase for the HalfopenError, "save the observation to".
 */
export function writeWhole(file: string, content: string | Uint8Array, attempted: string): void {
  try {
    const target = targetOf(file);
    if (target.inPlace) writeFileSync(target.path, content);
    else withDraft(target.path, content, (draft) => renameSync(draft, target.path));
  } catch (error) {
    throw cannotWrite(file, error, attempted);
  }
}

/** Throws now what `writeWhole` would throw later, after a window of waiting. Nothing of the attempt is left. */
export function refuseUnwritable(file: string, attempted: string): void {
  try {
    const target = targetOf(file);
    if (target.inPlace) accessSync(target.path, constants.W_OK);
    else withDraft(target.path, '', () => {});
  } catch (error) {
    throw cannotWrite(file, error, attempted);
  }
}

interface Target {
  readonly path: string;
  readonly inPlace: boolean;
}

function targetOf(file: string): Target {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return { path: file, inPlace: false };
  if (found.isDirectory()) throw new Error('it is a folder');
  // Renaming onto /dev/null would take the device away from everybody.
  return found.isFile() ? { path: realpathSync(file), inPlace: false } : { path: file, inPlace: true };
}

/** Writes the draft and hands it to `use`; it is gone when this returns, unless `use` has renamed it. */
function withDraft(file: string, content: string | Uint8Array, use: (draft: string) => void): void {
  const draft = path.join(path.dirname(file), `.halfopen-${process.pid}.part`);
  try {
    writeFileSync(draft, content, { flag: 'wx' });
    use(draft);
  } finally {
    rmSync(draft, { force: true });
  }
}

function cannotWrite(file: string, error: unknown, attempted: string): HalfopenError {
  return new HalfopenError(exitCodes.cannotObserve, {
    attempted,
    on: file,
    said: error instanceof Error ? error.message : String(error),
    remedy: 'Choose a path in a folder that you may write to.',
  });
}
