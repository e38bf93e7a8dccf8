import { readSync } from 'node:fs';
import type { CaptureReader } from '../../../capture/file/capture-reader.ts';
import { readFailureWords } from './read-failure-words.ts';

export interface PlainFileOptions {
  /** Asked before each read of about 1 MiB. */
  readonly shouldStop: () => boolean;
  /** Reads until at least so many bytes came. Default: all. */
  readonly atMostBytes?: number;
}

/**
 * Reads an uncompressed capture from the descriptor's position on, straight into the reader's memory, without giving way to anything else.
 * @returns "more": `atMostBytes` came, or it was told to stop; "end": nothing follows, or nothing readable, and the reader knows
 */
export function readPlainFile(fd: number, reader: CaptureReader, options: PlainFileOptions): 'more' | 'end' {
  const until = reader.bytesRead + (options.atMostBytes ?? Number.POSITIVE_INFINITY);
  while (!reader.stopped) {
    if (reader.bytesRead >= until || options.shouldStop()) return 'more';
    if (!readOnce(fd, reader)) break;
  }
  return 'end';
}

/** False: there was nothing more. */
function readOnce(fd: number, reader: CaptureReader): boolean {
  const space = reader.space();
  let count: number;
  try {
    count = readSync(fd, space, 0, space.length, null);
  } catch (error) {
    reader.end(readFailureWords(error));
    return false;
  }
  if (count === 0) reader.end();
  else reader.advance(count);
  return count > 0;
}
