import { CaptureReader } from '../../../src/capture/file/capture-reader.ts';
import type { FrameSink } from '../../../src/capture/file/frame-sink.ts';

export interface KeptFrame {
  readonly data: readonly number[];
  readonly wireBytes: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly linkType: number;
}

export class KeepingSink implements FrameSink {
  readonly frames: KeptFrame[] = [];

  frame(
    bytes: Uint8Array,
    view: DataView,
    at: number,
    capturedBytes: number,
    wireBytes: number,
    seconds: number,
    nanoseconds: number,
    linkType: number,
  ): void {
    if (view.buffer !== bytes.buffer) throw new Error('view and bytes show different memory');
    const data = [...bytes.subarray(at, at + capturedBytes)];
    if (data.length !== capturedBytes) throw new Error('the frame runs over its memory');
    this.frames.push({ data, wireBytes, seconds, nanoseconds, linkType });
  }
}

export interface ReadOutcome {
  readonly frames: readonly KeptFrame[];
  readonly reader: CaptureReader;
}

/** Reads the file in pieces of the sizes given, the last one again and again. */
export function readBytes(
  file: Uint8Array,
  sizes: readonly number[] = [file.length],
  memoryBytes?: number,
): ReadOutcome {
  const sink = new KeepingSink();
  const reader = new CaptureReader(sink, memoryBytes);
  let at = 0;
  for (let step = 0; at < file.length; step += 1) {
    const size = sizes[Math.min(step, sizes.length - 1)] ?? 1;
    const space = reader.space();
    if (space.length === 0) throw new Error('no space is left');
    const piece = file.subarray(at, at + Math.max(1, Math.min(size, space.length)));
    space.set(piece);
    reader.advance(piece.length);
    at += piece.length;
  }
  reader.end();
  return { frames: sink.frames, reader };
}
