import type { EngineExports } from './engine-exports.ts';
import type { BulkSink, FrameSink } from './file/frame-sink.ts';
import type { PcapLayout } from './file/pcap-decoder.ts';
import { startEngine } from './start-engine.ts';

/**
 * Several analyses can share a capture: each sees every frame and follows its part of the connections, from one number up to another of
 * `wholeShare`. The first begins at 0.
 */
export interface AnalysisShare {
  readonly from: number;
  readonly to: number;
}

export const wholeShare: AnalysisShare = Object.freeze({ from: 0, to: 0x1_0000 });

/** Of a frame that comes by itself, as much is looked at as all headers together can take. */
const MOST_HEADER_BYTES = 65_600;
const NANOSECONDS = 1_000_000_000;

/**
 * Takes the frames of a capture, in order, and follows every TCP connection in them, in an engine whose memory holds the records
 * (layout/). The buffer that frames come in is copied there as a whole.
 */
export class CaptureAnalysis implements FrameSink {
  readonly engine: EngineExports = startEngine();
  readonly bulk: BulkSink;
  /** Link types whose frames cannot be read, and how many came. */
  readonly unknownLinkTypes = new Map<number, number>();
  #loaded: Uint8Array | null = null;

  constructor({ from, to }: AnalysisShare = wholeShare) {
    const { engine } = this;
    engine.share(from, to);
    this.bulk = {
      get packets() {
        return engine.packets();
      },
      begin: (bytes, end) => this.#load(bytes, end),
      pcapRun: (from, end, layout, mostCaptured) => this.#pcapRun(from, end, layout, mostCaptured),
    };
  }

  frame(
    bytes: Uint8Array,
    _view: DataView,
    at: number,
    capturedBytes: number,
    wireBytes: number,
    seconds: number,
    nanoseconds: number,
    linkType: number,
  ): void {
    this.takeFrame(bytes, at, capturedBytes, wireBytes, seconds, nanoseconds, linkType);
  }

  /** The same; says whether the frame belongs to a connection that is followed here. */
  takeFrame(
    bytes: Uint8Array,
    at: number,
    capturedBytes: number,
    wireBytes: number,
    seconds: number,
    nanoseconds: number,
    linkType: number,
  ): boolean {
    const { engine } = this;
    if (engine.isKnownLinkType(linkType) === 0) this.#countUnknown(linkType);
    if (bytes === this.#loaded) {
      return engine.frame(at, capturedBytes, wireBytes, seconds, nanoseconds, linkType) !== 0;
    }
    this.#loaded = null;
    const headerBytes = Math.min(capturedBytes, MOST_HEADER_BYTES);
    const input = engine.inputAt(MOST_HEADER_BYTES);
    new Uint8Array(engine.memory.buffer, input, headerBytes).set(bytes.subarray(at, at + headerBytes));
    return engine.frame(0, headerBytes, wireBytes, seconds, nanoseconds, linkType) !== 0;
  }

  #load(bytes: Uint8Array, end: number): void {
    const input = this.engine.inputAt(bytes.length);
    new Uint8Array(this.engine.memory.buffer, input, end).set(bytes.subarray(0, end));
    this.#loaded = bytes;
  }

  #pcapRun(from: number, end: number, layout: PcapLayout, mostCaptured: number): number {
    const { littleEndian, ticksPerSecond, linkType } = layout;
    const { engine } = this;
    const before = engine.packets();
    const swapped = littleEndian ? 0 : 1;
    const to = engine.pcapRun(
      from,
      end,
      swapped,
      NANOSECONDS / ticksPerSecond,
      ticksPerSecond,
      mostCaptured,
      linkType,
    );
    if (engine.isKnownLinkType(linkType) === 0) this.#countUnknown(linkType, engine.packets() - before);
    return to;
  }

  #countUnknown(linkType: number, frames = 1): void {
    this.unknownLinkTypes.set(linkType, (this.unknownLinkTypes.get(linkType) ?? 0) + frames);
  }
}
