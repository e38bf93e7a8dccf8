import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** More than any configuration has; who may write to the folder could offer us the whole of his disk. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * The bytes of a file; undefined: it is not there. Throws what open(2) says, ELOOP for a symbolic link, and for what is no regular file:
 * a FIFO would keep us waiting for ever, a device might do something.
 */
export function readRegularFile(file: string): Buffer | undefined {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
  let descriptor: number;
  try {
    descriptor = openSync(file, flags);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile()) throw new Error(`${file} is no regular file`);
    if (found.size > MOST_BYTES) throw new Error(`${file} is larger than any configuration`);
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
