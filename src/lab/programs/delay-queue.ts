/** Packets that wait for their moment: a bounded pool of buffers and a heap over them. Allocates nothing while it works. */

export class DelayQueue {
  /** One for each slot. */
  readonly buffers: readonly Uint8Array[];
  readonly #dueAtMs: Float64Array;
  readonly #order: Float64Array;
  readonly #bytes: Uint32Array;
  readonly #free: Int32Array;
  #freeSlots: number;
  readonly #heap: Int32Array;
  #waiting = 0;

  constructor(slots: number, slotBytes: number) {
    const memory = new ArrayBuffer(slots * slotBytes); // The system gives pages only for what is used.
    this.buffers = Array.from(
      { length: slots },
      (_, slot) => new Uint8Array(memory, slot * slotBytes, slotBytes),
    );
    this.#dueAtMs = new Float64Array(slots);
    this.#order = new Float64Array(slots);
    this.#bytes = new Uint32Array(slots);
    this.#free = Int32Array.from({ length: slots }, (_, slot) => slot);
    this.#freeSlots = slots;
    this.#heap = new Int32Array(slots);
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** When the next packet is due; Infinity when none waits. */
  get nextDueAtMs(): number {
    return this.#waiting === 0 ? Number.POSITIVE_INFINITY : (this.#dueAtMs[this.#heap[0] ?? 0] ?? 0);
  }

  /** A slot to fill, or -1 when all are in use. It stays free until `add`. */
  freeSlot(): number {
    return this.#freeSlots === 0 ? -1 : (this.#free[this.#freeSlots - 1] ?? -1);
  }

  /** Adds the slot `freeSlot` gave. Of packets due at the same moment, the lower `order` is first. */
  add(slot: number, bytes: number, dueAtMs: number, order: number): void {
    this.#freeSlots--;
    this.#bytes[slot] = bytes;
    this.#dueAtMs[slot] = dueAtMs;
    this.#order[slot] = order;
    this.#rise(slot, this.#waiting++);
  }

  /** Takes out the next packet's slot, whose contents stay as they are until the next `add`. */
  take(): { readonly slot: number; readonly bytes: number; readonly order: number } {
    const slot = this.#heap[0] ?? 0;
    const last = this.#heap[--this.#waiting] ?? 0;
    if (this.#waiting > 0) this.#sink(last);
    this.#free[this.#freeSlots++] = slot;
    return { slot, bytes: this.#bytes[slot] ?? 0, order: this.#order[slot] ?? 0 };
  }

  #rise(slot: number, from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.#heap[parent] ?? 0;
      if (!this.#isBefore(slot, above)) break;
      this.#heap[at] = above;
      at = parent;
    }
    this.#heap[at] = slot;
  }

  #sink(slot: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#waiting) break;
      const right = child + 1;
      if (right < this.#waiting && this.#isBefore(this.#heap[right] ?? 0, this.#heap[child] ?? 0))
        child = right;
      const below = this.#heap[child] ?? 0;
      if (!this.#isBefore(below, slot)) break;
      this.#heap[at] = below;
      at = child;
    }
    this.#heap[at] = slot;
  }

  #isBefore(a: number, b: number): boolean {
    const dueA = this.#dueAtMs[a] ?? 0;
    const dueB = this.#dueAtMs[b] ?? 0;
    return dueA < dueB || (dueA === dueB && (this.#order[a] ?? 0) < (this.#order[b] ?? 0));
  }
}
