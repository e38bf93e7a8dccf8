import { readFileSync } from 'node:fs';
import { absent, denied, malformed, type Reading, unsupported } from '../../tcp/reading.ts';

/**
 * Reads a file below /proc and gives its text to `parse`, which returns undefined where the text is not what the kernel
 * promises. A file that is missing is "unsupported" (`since` says by what), one that vanishes with its process is "absent".
 */
export function readProcFile<T>(path: string, since: string, parse: (text: string) => Reading<T>): Reading<T> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return unreadable(path, since, error as NodeJS.ErrnoException);
  }
  return parse(text);
}

function unreadable<T>(path: string, since: string, error: NodeJS.ErrnoException): Reading<T> {
  if (error.code === 'ENOENT') return unsupported(path, since);
  if (error.code === 'ESRCH') return absent(path, 'the process went away');
  if (error.code === 'EACCES' || error.code === 'EPERM') return denied(path, 'root, or the right to see this process');
  return malformed(path, 'open', error.message);
}
