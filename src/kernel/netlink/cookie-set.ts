const SMALLEST = 1024;

/**
 * A set of socket cookies (64 bits as two halves) in one typed array: open addressing, at most half full. Holding 240,000 of them
 * takes 4 MiB and no garbage, where a Set of numbers or strings would take ten times that.
 */
export class CookieSet {
  #slots = new Uint32Array(SMALLEST * 2);
  #mask = SMALLEST - 1;
  #size = 0;

  /** True when it was not in the set. The cookie 0 is never given out by the kernel and marks a free slot. */
  add(high: number, low: number): boolean {
    if (this.#size * 2 > this.#mask) this.#grow();
    let slot = hash(high, low) & this.#mask;
    for (;;) {
      const at = slot * 2;
      const slotHigh = this.#slots[at];
      const slotLow = this.#slots[at + 1];
      if (slotHigh === 0 && slotLow === 0) {
        this.#slots[at] = high;
        this.#slots[at + 1] = low;
        this.#size++;
        return true;
      }
      if (slotHigh === high && slotLow === low) return false;
      slot = (slot + 1) & this.#mask;
    }
  }

  clear(): void {
    if (this.#mask + 1 > SMALLEST) {
      this.#slots = new Uint32Array(SMALLEST * 2);
      this.#mask = SMALLEST - 1;
    } else if (this.#size > 0) {
      this.#slots.fill(0);
    }
    this.#size = 0;
  }

  #grow(): void {
    const old = this.#slots;
    this.#mask = this.#mask * 2 + 1;
    this.#slots = new Uint32Array((this.#mask + 1) * 2);
    this.#size = 0;
    for (let at = 0; at < old.length; at += 2) {
      const high = old[at] ?? 0;
      const low = old[at + 1] ?? 0;
      if (high !== 0 || low !== 0) this.add(high, low);
    }
  }
}

/** Cookies count up per CPU, so that neighbours must be spread. */
function hash(high: number, low: number): number {
  return (Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> 8) >>> 0;
}
