interface Scheduled {
  readonly atMs: number;
  /** Of those at the same time, first come, first served. */
  readonly order: number;
  readonly happens: (atMs: number) => void;
}

/** Things to come, in time order: a binary heap, the next one at its top. */
export class EventQueue {
  readonly #heap: Scheduled[] = [];
  #added = 0;

  add(atMs: number, happens: (atMs: number) => void): void {
    const event = { atMs, order: this.#added++, happens };
    let at = this.#heap.length;
    this.#heap.push(event);
    for (let above = (at - 1) >> 1; at > 0 && this.#isBefore(event, above); above = (at - 1) >> 1) {
      this.#move(above, at);
      at = above;
    }
    this.#heap[at] = event;
  }

  /** Everything up to and including this time, also what is added meanwhile. */
  runUntil(untilMs: number): void {
    for (let next = this.#heap[0]; next && next.atMs <= untilMs; next = this.#heap[0]) {
      this.#removeTop();
      next.happens(next.atMs);
    }
  }

  #removeTop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const right = this.#heap[left + 1];
      const below = right && this.#isBefore(right, left) ? left + 1 : left;
      if (below >= this.#heap.length || !this.#isAfter(last, below)) break;
      this.#move(below, at);
      at = below;
    }
    this.#heap[at] = last;
  }

  #move(from: number, to: number): void {
    const event = this.#heap[from];
    if (event) this.#heap[to] = event;
  }

  #isBefore(event: Scheduled, place: number): boolean {
    const other = this.#heap[place];
    return other !== undefined && compare(event, other) < 0;
  }

  #isAfter(event: Scheduled, place: number): boolean {
    const other = this.#heap[place];
    return other !== undefined && compare(event, other) > 0;
  }
}

function compare(a: Scheduled, b: Scheduled): number {
  return a.atMs - b.atMs || a.order - b.order;
}
