import { type AnalysisShare, CaptureAnalysis } from '../../capture/capture-analysis.ts';
import { describeAll } from '../../capture/describe-all.ts';
import { CaptureReader } from '../../capture/file/capture-reader.ts';
import type { FrameSink } from '../../capture/file/frame-sink.ts';
import { type CaptureTally, readTally } from '../../capture/read-tally.ts';
import type { ConnectionRecord } from '../../tcp/capture.ts';

/** How a file is given to the analysis. */
export interface Taking {
  readonly share?: AnalysisShare;
  /** Frame by frame through `FrameSink.frame` with nothing loaded, as packets come from a live capture. */
  readonly oneByOne?: boolean;
  /** Sizes of the pieces, the last one again and again. */
  readonly pieces: readonly number[];
  /** What the reader begins with. */
  readonly readerBytes: number;
}

/** What the analysis says of a file. */
export interface Taken {
  /** Frames as the reader has counted them, as they came to the sink (where that can be counted), and as the engine has. */
  readonly framesRead: number;
  readonly framesGiven: number | null;
  readonly packets: number;
  readonly wireBytes: number;
  /** Of the latest packet, ms from the earliest. */
  readonly toMs: number;
  readonly tally: CaptureTally;
  readonly records: readonly ConnectionRecord[];
  /** Sums over all steps of the series. */
  readonly seriesSums: readonly number[];
  /** Format, where reading stopped and why, what the file says of itself: as text, to compare. */
  readonly reading: string;
  readonly engineBytes: number;
  /** The largest piece of the file that was held at once. */
  readonly heldBytes: number;
}

/** Reads a file as `capture analyze` does, from its bytes to every connection's record. */
export function takeFile(file: Uint8Array, taking: Taking): Taken {
  const analysis = new CaptureAnalysis(taking.share);
  const counted = taking.oneByOne ? new CountingSink(analysis) : null;
  const reader = new CaptureReader(counted ?? analysis, taking.readerBytes);
  const heldBytes = push(file, reader, taking.pieces);
  const { engine } = analysis;
  return {
    framesRead: reader.frames,
    framesGiven: counted?.frames ?? null,
    packets: engine.packets(),
    wireBytes: engine.bytes(),
    toMs: (engine.lastUs() - engine.firstUs()) / 1000,
    records: [...describeAll(engine)],
    // Payload is settled when the connections have been counted.
    tally: readTally(engine),
    seriesSums: sumSeries(engine.memory.buffer, engine.seriesAt(), engine.lastStep()),
    reading: JSON.stringify([reader.format, reader.partial, reader.unreadable, reader.details]),
    engineBytes: engine.memory.buffer.byteLength,
    heldBytes,
  };
}

/** Hides that the analysis could take many frames at once. */
class CountingSink implements FrameSink {
  frames = 0;
  readonly #inner: FrameSink;

  constructor(inner: FrameSink) {
    this.#inner = inner;
  }

  frame(...frame: Parameters<FrameSink['frame']>): void {
    this.frames += 1;
    this.#inner.frame(...frame);
  }
}

function push(file: Uint8Array, reader: CaptureReader, pieces: readonly number[]): number {
  let held = 0;
  let at = 0;
  for (let step = 0; at < file.length && !reader.stopped; step++) {
    const space = reader.space();
    held = Math.max(held, space.byteOffset + space.length);
    const size = Math.max(1, pieces[Math.min(step, pieces.length - 1)] ?? file.length);
    const piece = file.subarray(at, at + Math.min(size, space.length));
    if (piece.length === 0) throw new Error('the reader has no space left');
    space.set(piece);
    reader.advance(piece.length);
    at += piece.length;
  }
  reader.end();
  return Math.max(held, reader.space().byteOffset + reader.space().length);
}

/** Columns of the series (see engine/series.ts). */
const COLUMNS = 5;

function sumSeries(memory: ArrayBuffer, at: number, lastStep: number): number[] {
  const cells = new Float64Array(memory, at, (lastStep + 1) * COLUMNS);
  const sums = new Array<number>(COLUMNS).fill(0);
  cells.forEach((amount, index) => {
    sums[index % COLUMNS] = (sums[index % COLUMNS] ?? 0) + amount;
  });
  return sums;
}
