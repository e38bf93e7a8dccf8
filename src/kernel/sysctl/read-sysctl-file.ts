import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { absent, denied, malformed, ok, type Reading } from '../../tcp/reading.ts';

/** No configuration is that long; /dev/zero is. */
const MOST_BYTES = 4 * 1024 * 1024;
const PIECE_BYTES = 64 * 1024;

/**
 * The text of a configuration file, a pipe or (`-`) standard input. Bytes that are no UTF-8 become U+FFFD.
 */
export function readSysctlFile(file: string): Reading<string> {
  const isInput = file === '-';
  let descriptor: number | undefined;
  try {
    descriptor = isInput ? 0 : openSync(file, constants.O_RDONLY);
    const found = fstatSync(descriptor);
    if (found.isDirectory()) return absent(file, 'it is a folder');
    const bytes = readUpTo(descriptor, MOST_BYTES + 1, found.isFile() ? found.size + 1 : PIECE_BYTES);
    if (bytes.length > MOST_BYTES)
      return malformed(file, `byte ${MOST_BYTES}`, 'more than any configuration has');
    return ok(bytes.toString('utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'EACCES' || code === 'EPERM'
      ? denied(file, 'permission to read it')
      : absent(file, code === 'ENOENT' ? 'it does not exist' : message);
  } finally {
    if (descriptor !== undefined && !isInput) closeSync(descriptor);
  }
}

/** `pieceBytes` is one more than the file is long, so that one piece is enough and the next read finds its end. */
function readUpTo(descriptor: number, most: number, pieceBytes: number): Buffer {
  const pieces: Buffer[] = [];
  let length = 0;
  while (length < most) {
    const piece = Buffer.allocUnsafe(Math.min(Math.max(pieceBytes, 512), PIECE_BYTES, most - length));
    const count = readSync(descriptor, piece, 0, piece.length, null);
    if (count === 0) break;
    pieces.push(piece.subarray(0, count));
    length += count;
  }
  return Buffer.concat(pieces);
}
