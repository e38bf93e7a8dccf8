import { readFileSync, readlinkSync } from 'node:fs';
import { absent, denied, malformed, type Reading, unsupported } from '../../tcp/reading.ts';

/**
 * Reads a file below /proc and gives its text to `parse`, which returns undefined where the text is not what the kernel
 * promises. A file that is missing is "unsupported" (`since` says by what), one that vanishes with its process is "absent".
 */
export function readProcFile<T>(
  path: string,
  since: string,
  parse: (text: string) => Reading<T>,
): Reading<T> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return unreadable(path, since, error as NodeJS.ErrnoException);
  }
  return parse(text);
}

function unreadable<T>(path: string, since: string, error: NodeJS.ErrnoException): Reading<T> {
  if (error.code === 'ESRCH' || (error.code === 'ENOENT' && processIsGone(path)))
    return absent(path, 'the process went away');
  if (error.code === 'ENOENT') return unsupported(path, since);
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return denied(path, 'root, or the right to see this process');
  return malformed(path, 'open', error.message);
}

/** A zombie is in no namespace any more: its net folder is empty and its ns/net leads nowhere. */
function processIsGone(path: string): boolean {
  const folder = /^\/proc\/\d+(?=\/)/.exec(path)?.[0];
  if (folder === undefined) return false;
  try {
    readlinkSync(`${folder}/ns/net`);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
