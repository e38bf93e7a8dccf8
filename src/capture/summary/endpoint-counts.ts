const INITIAL_SLOTS = 1024;
const KEY_WORDS = 2;

/** The same in arrays that can be handed to another thread: two words of key for each row, and `columns` numbers. */
export interface EndpointRows {
  readonly keys: Int32Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
}

/** A row of counters for each endpoint, of which there may be hundreds of thousands. Open addressing over typed arrays. */
export class EndpointCounts {
  readonly columns: number;
  #slots = new Int32Array(INITIAL_SLOTS);
  #keys = new Int32Array((INITIAL_SLOTS / 2) * KEY_WORDS);
  #values: Float64Array<ArrayBuffer>;
  #rows = 0;

  constructor(columns: number) {
    this.columns = columns;
    this.#values = new Float64Array((INITIAL_SLOTS / 2) * columns);
  }

  get rows(): number {
    return this.#rows;
  }

  get values(): Float64Array {
    return this.#values;
  }

  /** Number of the row, made where there is none. */
  row(first: number, second: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash(first, second) & mask;
    for (;;) {
      const row = (this.#slots[slot] ?? 0) - 1;
      if (row < 0) return this.#add(slot, first, second);
      if (this.#keys[2 * row] === first && this.#keys[2 * row + 1] === second) return row;
      slot = (slot + 1) & mask;
    }
  }

  /** The row, or -1. */
  find(first: number, second: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash(first, second) & mask;
    for (;;) {
      const row = (this.#slots[slot] ?? 0) - 1;
      if (row < 0 || (this.#keys[2 * row] === first && this.#keys[2 * row + 1] === second)) return row;
      slot = (slot + 1) & mask;
    }
  }

  add(row: number, column: number, amount: number): void {
    const at = row * this.columns + column;
    this.#values[at] = (this.#values[at] ?? 0) + amount;
  }

  value(row: number, column: number): number {
    return this.#values[row * this.columns + column] ?? 0;
  }

  key(row: number): readonly [number, number] {
    return [this.#keys[2 * row] ?? 0, this.#keys[2 * row + 1] ?? 0];
  }

  toRows(): EndpointRows {
    return {
      keys: this.#keys.slice(0, this.#rows * KEY_WORDS),
      values: this.#values.slice(0, this.#rows * this.columns),
    };
  }

  addRows({ keys, values }: EndpointRows): void {
    for (let from = 0; 2 * from < keys.length; from++) {
      const row = this.row(keys[2 * from] ?? 0, keys[2 * from + 1] ?? 0);
      for (let column = 0; column < this.columns; column++) {
        this.add(row, column, values[from * this.columns + column] ?? 0);
      }
    }
  }

  /** Numbers of the rows with the largest values in a column, largest first; of equals the lower key, whatever came first. */
  largest(column: number, count: number): number[] {
    const order = (a: number, b: number): number => this.#compare(a, b, column);
    let best: number[] = [];
    let worst = -1;
    for (let row = 0; row < this.#rows; row++) {
      if (worst >= 0 && order(row, worst) > 0) continue;
      best.push(row);
      // Sorted once in a while, not for each row.
      if (best.length < 4 * count) continue;
      best = best.toSorted(order).slice(0, count);
      worst = best.at(-1) ?? -1;
    }
    return best.toSorted(order).slice(0, count);
  }

  #compare(a: number, b: number, column: number): number {
    const byValue = this.value(b, column) - this.value(a, column);
    if (byValue !== 0) return byValue;
    const byFirst = ((this.#keys[2 * a] ?? 0) >>> 0) - ((this.#keys[2 * b] ?? 0) >>> 0);
    return byFirst !== 0 ? byFirst : (this.#keys[2 * a + 1] ?? 0) - (this.#keys[2 * b + 1] ?? 0);
  }

  #add(slot: number, first: number, second: number): number {
    const row = this.#rows++;
    this.#slots[slot] = row + 1;
    this.#keys[2 * row] = first;
    this.#keys[2 * row + 1] = second;
    if (this.#rows * 2 >= this.#slots.length) this.#grow();
    return row;
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const keys = new Int32Array(this.#keys.length * 2);
    const values = new Float64Array(this.#values.length * 2);
    keys.set(this.#keys);
    values.set(this.#values);
    const mask = slots.length - 1;
    for (let row = 0; row < this.#rows; row++) {
      let slot = hash(keys[2 * row] ?? 0, keys[2 * row + 1] ?? 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = row + 1;
    }
    this.#slots = slots;
    this.#keys = keys;
    this.#values = values;
  }
}

function hash(first: number, second: number): number {
  const mixed = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
  const folded = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return folded ^ (folded >>> 13);
}
