/** Simulated time: what is due is done in order, what falls on the same moment in the order it was asked for. */
export class Clock {
  nowMs = 0;
  #asked = 0;
  readonly #due: { readonly atMs: number; readonly order: number; readonly run: () => void }[] = [];

  in(delayMs: number, run: () => void): void {
    this.#due.push({ atMs: this.nowMs + delayMs, order: this.#asked++, run });
  }

  /** Until nothing is due any more, or time is up. */
  runUntil(endMs: number): void {
    for (;;) {
      let first = 0;
      for (let at = 1; at < this.#due.length; at++) if (this.#isBefore(at, first)) first = at;
      const next = this.#due[first];
      if (next === undefined || next.atMs > endMs) return;
      this.#due.splice(first, 1);
      this.nowMs = next.atMs;
      next.run();
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#due[a], this.#due[b]];
    if (one === undefined || other === undefined) return false;
    return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
  }
}
