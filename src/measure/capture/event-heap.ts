const EVENTS_AT_FIRST = 1 << 14;

/** What happens next: a binary heap of (time, item) in two typed arrays; equal times leave in a fixed order. */
export class EventHeap {
  #times = new Float64Array(EVENTS_AT_FIRST);
  #items = new Int32Array(EVENTS_AT_FIRST);
  size = 0;

  /** Infinity when nothing is planned. */
  get earliest(): number {
    return this.size > 0 ? (this.#times[0] ?? 0) : Number.POSITIVE_INFINITY;
  }

  /** The item of the earliest event. */
  get first(): number {
    return this.#items[0] ?? 0;
  }

  add(time: number, item: number): void {
    if (this.size === this.#times.length) this.#grow();
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.#times[parent] ?? 0;
      if (above <= time) break;
      this.#times[at] = above;
      this.#items[at] = this.#items[parent] ?? 0;
      at = parent;
    }
    this.#times[at] = time;
    this.#items[at] = item;
  }

  /** The earliest event happens again at `time`. */
  postpone(time: number): void {
    this.#sink(time, this.first);
  }

  /** The earliest event is over. */
  remove(): void {
    this.size--;
    this.#sink(this.#times[this.size] ?? 0, this.#items[this.size] ?? 0);
  }

  /** Puts an event where the first one was, below all that come before it. */
  #sink(time: number, item: number): void {
    const times = this.#times;
    const items = this.#items;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && (times[child + 1] ?? 0) < (times[child] ?? 0)) child++;
      const below = times[child] ?? 0;
      if (below >= time) break;
      times[at] = below;
      items[at] = items[child] ?? 0;
      at = child;
    }
    times[at] = time;
    items[at] = item;
  }

  #grow(): void {
    const times = new Float64Array(this.size * 2);
    const items = new Int32Array(this.size * 2);
    times.set(this.#times);
    items.set(this.#items);
    this.#times = times;
    this.#items = items;
  }
}
