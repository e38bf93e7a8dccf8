import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { compressionMagicBytes, compressionOf } from '../../../capture/compression/compression-of.ts';

/** Whether `path` is an uncompressed regular file, which can be read twice, or by several at once. False for what cannot be opened. */
export function isSeekable(path: string): boolean {
  if (path === '-') return false;
  try {
    return statSync(path).isFile() && compressionOf(headOf(path)) === null;
  } catch {
    return false;
  }
}

function headOf(path: string): Uint8Array {
  const fd = openSync(path, 'r');
  try {
    const head = new Uint8Array(compressionMagicBytes);
    return head.subarray(0, readSync(fd, head, 0, head.length, 0));
  } finally {
    closeSync(fd);
  }
}
