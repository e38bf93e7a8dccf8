import { formatBytes, formatCount } from '../../base/units.ts';

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
const MOST_BLOCK_BYTES = 128 * 1024;
/** What zstd itself takes unless it is told otherwise. */
const MOST_WINDOW_BYTES = 128 * 1024 * 1024;

/**
 * Cuts zstd data (RFC 8878, section 3.1) into frame headers, blocks and checksums, so that a decompressor can be given one at a time and
 * damage in one of them takes nothing along that precedes it. Skippable frames are left out.
 */
export class ZstdUnits {
  /** Why nothing more can be cut. */
  damage: string | null = null;
  #held: Uint8Array = new Uint8Array(0);
  #toSkip = 0;
  #expects: 'frame' | 'block' | 'checksum' = 'frame';
  #hasChecksum = false;

  /** Whether the data may end here. */
  get complete(): boolean {
    return this.#expects === 'frame' && this.#held.length === 0 && this.#toSkip === 0;
  }

  /** The units that the chunk completes; they share its memory. */
  *cut(chunk: Uint8Array): Generator<Uint8Array> {
    this.#hold(chunk);
    for (;;) {
      this.#skip();
      const length = this.#nextLength();
      if (length === null || length > this.#held.length) return;
      const unit = this.#held.subarray(0, length);
      this.#held = this.#held.subarray(length);
      this.#pass(unit);
      yield unit;
    }
  }

  #hold(chunk: Uint8Array): void {
    if (this.#held.length === 0) {
      this.#held = chunk;
      return;
    }
    const joined = new Uint8Array(this.#held.length + chunk.length);
    joined.set(this.#held);
    joined.set(chunk, this.#held.length);
    this.#held = joined;
  }

  #skip(): void {
    if (this.#expects !== 'frame') return;
    for (;;) {
      const step = Math.min(this.#toSkip, this.#held.length);
      this.#held = this.#held.subarray(step);
      this.#toSkip -= step;
      if (this.#held.length < 8 || (this.#u32(0) & 0xffff_fff0) >>> 0 !== SKIPPABLE_MAGIC) return;
      this.#toSkip = 8 + this.#u32(4);
    }
  }

  /** Null: more bytes are needed to tell, or there is damage. */
  #nextLength(): number | null {
    if (this.damage !== null || this.#toSkip > 0) return null;
    if (this.#expects === 'frame') return this.#frameHeaderLength();
    if (this.#expects === 'block') return this.#blockLength();
    return CHECKSUM_BYTES;
  }

  /** RFC 8878, section 3.1.1.1. */
  #frameHeaderLength(): number | null {
    if (this.#held.length < 4) return null;
    const magic = this.#u32(0);
    if ((magic & 0xffff_fff0) >>> 0 === SKIPPABLE_MAGIC) return null;
    if (magic !== FRAME_MAGIC) return this.#damaged('the zstd data is followed by something else');
    const descriptor = this.#held[4];
    const windowDescriptor = this.#held[5];
    if (descriptor === undefined || windowDescriptor === undefined) return null;
    const isSingleSegment = (descriptor & 0x20) !== 0;
    if ((descriptor & 3) !== 0) return this.#damaged('the zstd data needs a dictionary');
    const windowBytes = isSingleSegment ? 0 : windowOf(windowDescriptor);
    if (windowBytes > MOST_WINDOW_BYTES) {
      return this.#damaged(`the zstd data needs a window of ${formatBytes(windowBytes)}`);
    }
    const contentSizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
    return 5 + (isSingleSegment ? 0 : 1) + contentSizeBytes;
  }

  /** RFC 8878, section 3.1.1.2: the header, and one byte where it is to be repeated. */
  #blockLength(): number | null {
    if (this.#held.length < BLOCK_HEADER_BYTES) return null;
    const header = this.#blockHeader(this.#held);
    if (header.type === 3) return this.#damaged('the zstd data is damaged: a block of no known type');
    if (header.bytes > MOST_BLOCK_BYTES) {
      return this.#damaged(`the zstd data is damaged: a block of ${formatCount(header.bytes)} bytes`);
    }
    return BLOCK_HEADER_BYTES + (header.type === 1 ? 1 : header.bytes);
  }

  #pass(unit: Uint8Array): void {
    if (this.#expects === 'frame') {
      this.#hasChecksum = ((unit[4] ?? 0) & 4) !== 0;
      this.#expects = 'block';
    } else if (this.#expects === 'block' && this.#blockHeader(unit).isLast) {
      this.#expects = this.#hasChecksum ? 'checksum' : 'frame';
    } else if (this.#expects === 'checksum') {
      this.#expects = 'frame';
    }
  }

  #blockHeader(at: Uint8Array): { readonly isLast: boolean; readonly type: number; readonly bytes: number } {
    const header = (at[0] ?? 0) | ((at[1] ?? 0) << 8) | ((at[2] ?? 0) << 16);
    return { isLast: (header & 1) !== 0, type: (header >> 1) & 3, bytes: header >> 3 };
  }

  #damaged(words: string): null {
    this.damage = words;
    return null;
  }

  #u32(at: number): number {
    return new DataView(this.#held.buffer, this.#held.byteOffset).getUint32(at, true);
  }
}

function windowOf(descriptor: number): number {
  return 2 ** (10 + (descriptor >> 3)) * (1 + (descriptor & 7) / 8);
}
