import { formatCount, plural } from '../../base/units.ts';
import type { FrameSink } from './frame-sink.ts';
import { openFormat } from './open-format.ts';
import type { CaptureFileDetails, RecordDecoder } from './record-decoder.ts';

const USUAL_BYTES = 1024 * 1024;
/** More than a file header, and than the header of any record. */
const LEAST_BYTES = 64;

const nothingKnown: CaptureFileDetails = {
  snapLength: 0,
  linkTypes: [],
  interfaceNames: [],
  droppedByKernel: null,
};

/** Where the reading of a capture ended before its end: `record` counts packets from 1, `atByte` in the uncompressed file. */
export interface ReadStop {
  readonly because: string;
  readonly atByte: number;
  readonly record: number;
}

/**
 * Decodes a pcap or pcapng file whose bytes are pushed in pieces of any size. The caller writes them into `space()` itself, so that
 * none is copied but the beginning of a record whose end is still to come. Never throws on what the bytes are.
 */
export class CaptureReader {
  /** Null until the first bytes tell. */
  format: 'pcap' | 'pcapng' | null = null;
  /** Bytes pushed until reading stopped. */
  bytesRead = 0;
  /** Set once, when the rest cannot be read. */
  partial: ReadStop | null = null;
  /** Set instead of `partial` when no part of it is a capture: "it begins with 7f 45 4c 46, neither pcap nor pcapng". */
  unreadable: string | null = null;
  readonly #sink: FrameSink;
  #decoder: RecordDecoder | null = null;
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #filled = 0;

  /** `memoryBytes`: what it begins with; it takes more only for a larger record, and never above `recordBounds.mostRecordBytes`. */
  constructor(sink: FrameSink, memoryBytes = USUAL_BYTES) {
    this.#sink = sink;
    this.#bytes = new Uint8Array(Math.max(memoryBytes, LEAST_BYTES));
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Packets given to the sink so far. */
  get frames(): number {
    return this.#decoder?.frames ?? 0;
  }

  /** Whether further bytes would be ignored. */
  get stopped(): boolean {
    return this.partial !== null || this.unreadable !== null;
  }

  get details(): CaptureFileDetails {
    return this.#decoder?.details() ?? nothingKnown;
  }

  /** Room for the next bytes of the file, never empty; valid until `advance`. */
  space(): Uint8Array {
    return this.#bytes.subarray(this.#filled);
  }

  /** Says that the first `count` bytes of `space()` have been written. */
  advance(count: number): void {
    if (this.stopped) return;
    this.#filled += count;
    this.bytesRead += count;
    const decoder = this.#decoder ?? this.#open();
    if (decoder === null) return;
    const taken = decoder.decode(this.#bytes, this.#view, this.#filled);
    this.#keepFrom(taken);
    if (decoder.because !== null) {
      this.#stop(decoder.because, `its first section header is damaged: ${decoder.because}`);
    } else if (decoder.wanted > this.#bytes.length) this.#grow(decoder.wanted);
  }

  /**
   * Says that nothing follows.
   * @param damage why nothing does, where that is not the end of the file: "the gzip data is damaged: incorrect data check"
   */
  end(damage?: string): void {
    if (this.stopped) return;
    if (damage !== undefined) this.#stop(damage, damage);
    else if (this.bytesRead === 0) this.unreadable = 'it is empty';
    else if (this.#unfinishedAt() < this.bytesRead) {
      this.#stop(
        `the file ends inside record ${formatCount(this.frames + 1)}`,
        `it ends inside its file header, after ${plural(this.bytesRead, 'byte')}`,
      );
    }
  }

  #open(): RecordDecoder | null {
    const opened = openFormat(this.#sink, this.#bytes, this.#view, this.#filled);
    if ('unreadable' in opened) {
      this.unreadable = opened.unreadable;
      this.#filled = 0;
    }
    if (!('decoder' in opened)) return null;
    this.format = opened.format;
    this.#decoder = opened.decoder;
    this.#keepFrom(opened.recordsAt);
    return opened.decoder;
  }

  /** `ofHeader` says the same of a file that does not get beyond its header. */
  #stop(because: string, ofHeader: string): void {
    const atByte = this.#unfinishedAt();
    if (atByte > 0) this.partial = { because, atByte, record: this.frames + 1 };
    else this.unreadable = ofHeader;
    this.#filled = 0;
  }

  /** Where the record starts of which not all bytes have come. */
  #unfinishedAt(): number {
    return this.bytesRead - this.#filled - (this.#decoder?.taken ?? 0);
  }

  /** Moves what is left to the front. */
  #keepFrom(taken: number): void {
    if (taken === 0) return;
    this.#bytes.copyWithin(0, taken, this.#filled);
    this.#filled -= taken;
  }

  /** Wanted is bounded: decoders refuse records that claim more. */
  #grow(wanted: number): void {
    const larger = new Uint8Array(2 ** Math.ceil(Math.log2(wanted)));
    larger.set(this.#bytes.subarray(0, this.#filled));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
