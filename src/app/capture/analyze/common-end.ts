/** What threads that read the same file in the same slices share: how far each is, and where all of them stop. */
export class CommonEnd {
  readonly memory: SharedArrayBuffer;
  readonly #part: number;
  /** Bytes read by each part; behind them where to stop. */
  readonly #cells: BigInt64Array;

  /** `memory`: what another thread's end has, or `CommonEnd.memoryFor`. */
  constructor(memory: SharedArrayBuffer, part: number) {
    this.memory = memory;
    this.#part = part;
    this.#cells = new BigInt64Array(memory);
  }

  static memoryFor(parts: number): SharedArrayBuffer {
    const memory = new SharedArrayBuffer((parts + 1) * BigInt64Array.BYTES_PER_ELEMENT);
    new BigInt64Array(memory)[parts] = NEVER;
    return memory;
  }

  /** To be asked after every slice: whether reading stops here. */
  reached(doneBytes: number): boolean {
    Atomics.store(this.#cells, this.#part, BigInt(doneBytes));
    return BigInt(doneBytes) >= Atomics.load(this.#cells, this.#cells.length - 1);
  }

  /** Lets all stop at one place, a little behind where the first of them is now: a part of them may be about to read on. */
  stopSoon(): void {
    const done = [...this.#cells.subarray(0, -1)];
    const furthest = done.reduce((most, bytes) => (bytes > most ? bytes : most), 0n);
    Atomics.store(this.#cells, this.#cells.length - 1, furthest + AHEAD_BYTES);
  }
}

const NEVER = 2n ** 62n;
/** A few hundredths of a second's reading. */
const AHEAD_BYTES = 16n * 1024n ** 2n;
