import type { CaptureReader } from './capture-reader.ts';

/** Copies bytes that came from elsewhere into the reader. */
export function pushBytes(reader: CaptureReader, bytes: Uint8Array): void {
  let at = 0;
  while (at < bytes.length && !reader.stopped) {
    const space = reader.space();
    const count = Math.min(space.length, bytes.length - at);
    space.set(bytes.subarray(at, at + count));
    reader.advance(count);
    at += count;
  }
}
