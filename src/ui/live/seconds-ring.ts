import { notMeasured } from '../../tcp/recording/channel.ts';

/** The last seconds of one series, a column for each of its channels. */
export class SecondsRing {
  readonly #columns: readonly Int32Array[];
  readonly #capacity: number;
  /** The second after the newest that was written; 0: nothing was. */
  #end = 0;

  constructor(channels: number, capacity: number) {
    this.#capacity = capacity;
    this.#columns = Array.from({ length: channels }, () => new Int32Array(capacity).fill(notMeasured));
  }

  /** Seconds between the newest and this one were seen by nobody; one that is older than the ring is passed over. */
  write(atSecond: number, values: ArrayLike<number>): void {
    if (this.#end > 0 && atSecond <= this.#end - this.#capacity) return;
    const from = this.#end === 0 ? atSecond : Math.max(this.#end, atSecond - this.#capacity + 1);
    for (let second = from; second < atSecond; second++) this.#fill(second, undefined);
    this.#fill(atSecond, values);
    this.#end = Math.max(this.#end, atSecond + 1);
  }

  #fill(second: number, values: ArrayLike<number> | undefined): void {
    const slot = second % this.#capacity;
    for (const [at, column] of this.#columns.entries()) column[slot] = values?.[at] ?? notMeasured;
  }

  /** One channel from one second up to another; `notMeasured` where nothing is known. */
  read(channel: number, fromSecond: number, toSecond: number): Int32Array {
    const rows = new Int32Array(Math.max(0, toSecond - fromSecond)).fill(notMeasured);
    const column = this.#columns[channel];
    if (column === undefined) return rows;
    const from = Math.max(fromSecond, this.#end - this.#capacity);
    for (let second = from; second < Math.min(toSecond, this.#end); second++) {
      rows[second - fromSecond] = column[second % this.#capacity] ?? notMeasured;
    }
    return rows;
  }

  at(channel: number, second: number): number {
    if (second >= this.#end || second < this.#end - this.#capacity) return notMeasured;
    return this.#columns[channel]?.[second % this.#capacity] ?? notMeasured;
  }
}
