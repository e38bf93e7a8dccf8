import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Values of one series: one column a channel, one row a moment, `notMeasured` where there is none. */
export type Columns = readonly Int32Array[];

const VERSION = 1;
/** No block of ours has more; a damaged one may say so. */
const MOST_VALUES = 1_000_000;

/**
 * A block as it is stored: version, number of columns, number of rows, then column by column the differences from row to row as zigzag
 * varints, deflated. A quiet listener takes some 20 bytes a minute.
 */
export function encodeBlock(columns: Columns): Uint8Array {
  const rows = columns[0]?.length ?? 0;
  const bytes = new VarintWriter(3 + columns.length * rows * 2);
  bytes.push(VERSION);
  bytes.push(columns.length);
  bytes.push(rows);
  for (const column of columns) {
    let before = 0;
    for (const value of column) {
      bytes.push(zigzag(value - before));
      before = value;
    }
  }
  return deflateRawSync(bytes.taken(), { level: 6 });
}

/** Undefined for what is no block: damaged, cut off, or of a later version. */
export function decodeBlock(block: Uint8Array): Int32Array[] | undefined {
  const bytes = inflated(block);
  if (bytes === undefined) return undefined;
  const reader = new VarintReader(bytes);
  const [version, columns, rows] = [reader.next(), reader.next(), reader.next()];
  if (version !== VERSION || columns === undefined || rows === undefined) return undefined;
  if (columns * rows > MOST_VALUES) return undefined;
  const decoded: Int32Array[] = [];
  for (let at = 0; at < columns; at++) {
    const column = new Int32Array(rows);
    let value = 0;
    for (let row = 0; row < rows; row++) {
      const step = reader.next();
      if (step === undefined) return undefined;
      value += unzigzag(step);
      column[row] = value;
    }
    decoded.push(column);
  }
  return reader.atEnd ? decoded : undefined;
}

function inflated(block: Uint8Array): Uint8Array | undefined {
  try {
    return inflateRawSync(block, { maxOutputLength: MOST_VALUES * 5 });
  } catch {
    return undefined;
  }
}

/** Differences of 32-bit numbers take 33 bits: arithmetic, not shifts. */
function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

class VarintWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(expected: number) {
    this.#bytes = new Uint8Array(Math.max(16, expected));
  }

  push(value: number): void {
    if (this.#length + 6 > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
    this.#bytes[this.#length++] = rest;
  }

  taken(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

class VarintReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Undefined at the end, and for a number of more than five bytes. */
  next(): number | undefined {
    let value = 0;
    let scale = 1;
    for (let bytes = 0; bytes < 5; bytes++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) return undefined;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
    return undefined;
  }
}
