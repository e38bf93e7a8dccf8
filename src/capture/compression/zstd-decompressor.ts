import { ZSTDDecoder } from 'zstddec/stream';

/** What a unit can decompress to (RFC 8878, section 3.1.1.2.4), and what is left of the one before. */
const MOST_UNIT_BYTES = 2 * 128 * 1024;

/**
 * Decompresses one unit (see ZstdUnits) after another. The library asks for input where it could also be given some: it is advanced only
 * while a unit waits for it, so that what a unit decompresses to may come as late as the next one.
 */
export class ZstdDecompressor {
  readonly #deliver: (bytes: Uint8Array) => boolean;
  readonly #waiting: Uint8Array[] = [];
  readonly #output: Generator<Uint8Array>;
  #idle = false;
  #unitBytes = 0;

  private constructor(decoder: ZSTDDecoder, deliver: (bytes: Uint8Array) => boolean) {
    this.#deliver = deliver;
    this.#output = decoder.decodeStreaming(takeFrom(this.#waiting));
  }

  /** `deliver` takes the decompressed bytes; false: it wants no more. */
  static async load(deliver: (bytes: Uint8Array) => boolean): Promise<ZstdDecompressor> {
    const decoder = new ZSTDDecoder();
    await decoder.init();
    return new ZstdDecompressor(decoder, deliver);
  }

  give(unit: Uint8Array): 'hungry' | 'damaged' | 'unwanted' {
    this.#waiting.push(unit);
    while (this.#waiting.length > 0) {
      const outcome = this.#advance();
      if (outcome !== 'more') return outcome === 'over' ? 'damaged' : outcome;
    }
    return 'hungry';
  }

  /** Delivers what is left of the last unit. "early": it is not the end of a frame. */
  finish(): 'complete' | 'damaged' | 'early' {
    try {
      for (;;) {
        const outcome = this.#advance();
        if (outcome === 'damaged') return 'damaged';
        if (outcome !== 'more') return 'complete';
      }
    } catch {
      return 'early';
    }
  }

  #advance(): 'more' | 'damaged' | 'unwanted' | 'over' {
    const waiting = this.#waiting.length;
    const step = this.#output.next();
    if (step.done === true) return 'over';
    const tookUnit = this.#waiting.length < waiting;
    // The library says nothing of an error but tries again, forever: it neither takes a unit nor gives anything, twice.
    const idle = step.value.length === 0;
    if (idle && this.#idle && !tookUnit) return 'damaged';
    this.#unitBytes = (tookUnit ? 0 : this.#unitBytes) + step.value.length;
    if (this.#unitBytes > MOST_UNIT_BYTES) return 'damaged';
    this.#idle = idle;
    return idle || this.#deliver(step.value) ? 'more' : 'unwanted';
  }
}

function* takeFrom(waiting: Uint8Array[]): Generator<Uint8Array> {
  for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) yield unit;
}
