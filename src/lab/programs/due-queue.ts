export interface Due {
  /** Kept by the queue it is in; Infinity at first. */
  dueAtMs: number;
}

/** Who wants to be asked when: a binary heap, so that one of 100,000 is found in 17 steps. */
export class DueQueue<T extends Due> {
  readonly #atMs: number[] = [];
  readonly #items: T[] = [];

  /** Replaces what `item` wanted before, which is passed over when its time comes; Infinity: it waits for nothing. */
  set(item: T, atMs: number): void {
    if (item.dueAtMs === atMs) return;
    item.dueAtMs = atMs;
    if (atMs !== Number.POSITIVE_INFINITY) this.#push(item, atMs);
  }

  /** Infinity when nobody waits. */
  nextMs(): number {
    while (this.#items.length > 0 && !this.#isCurrent()) this.#pop();
    return this.#atMs[0] ?? Number.POSITIVE_INFINITY;
  }

  /** Those who are due, earliest first; they are no longer in the queue. */
  takeDue(nowMs: number, most: number): T[] {
    const due: T[] = [];
    while (due.length < most && this.nextMs() <= nowMs) {
      const item = this.#pop();
      if (item === undefined) break;
      item.dueAtMs = Number.POSITIVE_INFINITY;
      due.push(item);
    }
    return due;
  }

  #isCurrent(): boolean {
    const [item] = this.#items;
    return item !== undefined && item.dueAtMs === this.#atMs[0];
  }

  #push(item: T, atMs: number): void {
    const [times, items] = [this.#atMs, this.#items];
    let at = times.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const [parentMs, parentItem] = [times[parent], items[parent]];
      if (parentMs === undefined || parentItem === undefined || parentMs <= atMs) break;
      times[at] = parentMs;
      items[at] = parentItem;
      at = parent;
    }
    times[at] = atMs;
    items[at] = item;
  }

  #pop(): T | undefined {
    const [times, items] = [this.#atMs, this.#items];
    const [first] = items;
    const [lastMs, last] = [times.pop(), items.pop()];
    if (lastMs === undefined || last === undefined || times.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [leftMs, rightMs] = [times[left], times[left + 1]];
      if (leftMs === undefined) break;
      const child = rightMs !== undefined && rightMs < leftMs ? left + 1 : left;
      const [childMs, childItem] = [times[child], items[child]];
      if (childMs === undefined || childItem === undefined || childMs >= lastMs) break;
      times[at] = childMs;
      items[at] = childItem;
      at = child;
    }
    times[at] = lastMs;
    items[at] = last;
    return first;
  }
}
