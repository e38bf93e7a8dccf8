import { CaptureReader } from '../../capture/file/capture-reader.ts';
import type { FuzzFrame } from './fuzz-frame.ts';

/** The frames of a file as far as it can be read. */
export function readFrames(file: Uint8Array): readonly FuzzFrame[] {
  const frames: FuzzFrame[] = [];
  const reader = new CaptureReader(
    {
      frame(bytes, _view, at, capturedBytes, wireBytes, seconds, nanoseconds, linkType) {
        frames.push({
          seconds,
          nanoseconds,
          linkType,
          wireBytes,
          bytes: bytes.slice(at, at + capturedBytes),
        });
      },
    },
    file.length,
  );
  for (let at = 0; at < file.length && !reader.stopped; ) {
    const space = reader.space();
    const piece = file.subarray(at, at + space.length);
    space.set(piece);
    reader.advance(piece.length);
    at += piece.length;
  }
  return frames;
}
