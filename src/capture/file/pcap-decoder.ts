import { formatCount } from '../../base/units.ts';
import type { FrameSink } from './frame-sink.ts';
import { recordBounds } from './record-bounds.ts';
import type { CaptureFileDetails, RecordDecoder } from './record-decoder.ts';

const MOST_SECONDS = 0xffff_ffff;

export interface PcapLayout {
  readonly littleEndian: boolean;
  readonly ticksPerSecond: 1_000_000 | 1_000_000_000;
  /** 16; 24 in files of the patched libpcap of the 1990s. */
  readonly recordHeaderBytes: 16 | 24;
  readonly minorVersion: number;
  readonly snapLength: number;
  readonly linkType: number;
}

/** The records of a pcap file (draft-ietf-opsawg-pcap, section 5), after the file header. */
export class PcapDecoder implements RecordDecoder {
  frames = 0;
  because: string | null = null;
  wanted = 0;
  readonly taken = 0;
  readonly #sink: FrameSink;
  readonly #layout: PcapLayout;
  readonly #mostCaptured: number;

  constructor(sink: FrameSink, layout: PcapLayout) {
    this.#sink = sink;
    this.#layout = layout;
    this.#mostCaptured = Math.min(
      Math.max(layout.snapLength, recordBounds.usualSnapLength),
      recordBounds.mostRecordBytes - layout.recordHeaderBytes,
    );
  }

  /** Runs for each packet of the file: nothing in the loop allocates or leaves it but for odd values. */
  decode(bytes: Uint8Array, view: DataView, end: number): number {
    const sink = this.#sink;
    const mostCaptured = this.#mostCaptured;
    const { littleEndian, ticksPerSecond, recordHeaderBytes, minorVersion, linkType } = this.#layout;
    const nanosecondsPerTick = 1_000_000_000 / ticksPerSecond;
    // libpcap up to 0.4 wrote the two lengths the other way round: always in version 2.2 and older, sometimes in 2.3.
    const capturedAt = minorVersion < 3 ? 12 : 8;
    const wireAt = 20 - capturedAt;
    let at = 0;
    let frames = this.frames;
    this.wanted = recordHeaderBytes;
    const { bulk } = sink;
    bulk?.begin(bytes, end);
    const canRun = bulk !== undefined && recordHeaderBytes === 16 && minorVersion > 3;
    while (end - at >= recordHeaderBytes) {
      if (canRun) {
        // All but the odd ones are taken there; one that is odd, or not whole, is looked at here.
        const before = bulk.packets;
        at = bulk.pcapRun(at, end, this.#layout, mostCaptured);
        frames += bulk.packets - before;
        if (end - at < recordHeaderBytes) break;
      }
      let captured = view.getUint32(at + capturedAt, littleEndian);
      let wire = view.getUint32(at + wireAt, littleEndian);
      if (captured > wire) {
        if (minorVersion === 3) [captured, wire] = [wire, captured];
        else wire = captured;
      }
      if (captured > mostCaptured) {
        this.because = `captured length ${formatCount(captured)}`;
        break;
      }
      const frameAt = at + recordHeaderBytes;
      const next = frameAt + captured;
      if (next > end) {
        this.wanted = next - at;
        break;
      }
      let seconds = view.getUint32(at, littleEndian);
      let ticks = view.getUint32(at + 4, littleEndian);
      if (ticks >= ticksPerSecond) {
        // A writer that forgot to carry; where seconds cannot take it, they stay what they are.
        seconds = Math.min(seconds + Math.floor(ticks / ticksPerSecond), MOST_SECONDS);
        ticks %= ticksPerSecond;
      }
      frames += 1;
      sink.frame(bytes, view, frameAt, captured, wire, seconds, ticks * nanosecondsPerTick, linkType);
      at = next;
    }
    this.frames = frames;
    return at;
  }

  details(): CaptureFileDetails {
    const { snapLength, linkType } = this.#layout;
    return { snapLength, linkTypes: [linkType], interfaceNames: [], droppedByKernel: null };
  }
}
