import { CaptureReader } from '../../src/capture/file/capture-reader.ts';
import type { FrameSink } from '../../src/capture/file/frame-sink.ts';

/** Gives a whole file to a sink. */
export function feed(file: Uint8Array, sink: FrameSink): CaptureReader {
  const reader = new CaptureReader(sink);
  for (let at = 0; at < file.length; ) {
    const space = reader.space();
    const piece = file.subarray(at, at + space.length);
    space.set(piece);
    reader.advance(piece.length);
    at += piece.length;
  }
  reader.end();
  return reader;
}
