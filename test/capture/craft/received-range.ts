/** What one side has of the other's stream, relative to its initial sequence number: so its ACKs can be written by themselves. */
export class ReceivedRange {
  #next = 0;
  readonly #waiting: { readonly from: number; readonly to: number }[] = [];

  /** The next byte expected; 0 before the SYN. */
  get next(): number {
    return this.#next;
  }

  /** @param to one beyond the last byte */
  add(from: number, to: number): void {
    this.#waiting.push({ from, to });
    for (let grown = true; grown; ) {
      grown = false;
      for (const range of this.#waiting) {
        if (range.from <= this.#next && range.to > this.#next) {
          this.#next = range.to;
          grown = true;
        }
      }
    }
  }
}
