const longestCatchUpMs = 100;

/**
 * A token bucket: the first thing is due at the start, the n-th (n-1)/rate later. Whoever is late may catch up with what was due
 * in the last 100 ms; what is older is lost, so that a pause is not followed by a burst.
 */
export class Pace {
  readonly #msEach: number;
  readonly #deepest: number;
  #startMs: number;
  #taken = 0;

  /** Without a rate everything is due at once. */
  constructor(ratePerSecond: number | undefined, startMs: number) {
    this.#msEach = ratePerSecond === undefined ? 0 : 1000 / ratePerSecond;
    this.#deepest = this.#msEach === 0 ? 0 : Math.max(1, Math.ceil(longestCatchUpMs / this.#msEach));
    this.#startMs = startMs;
  }

  due(nowMs: number): number {
    if (this.#msEach === 0) return Number.POSITIVE_INFINITY;
    const due = Math.floor((nowMs - this.#startMs) / this.#msEach) + 1 - this.#taken;
    if (due <= this.#deepest) return Math.max(0, due);
    this.#startMs += (due - this.#deepest) * this.#msEach;
    return this.#deepest;
  }

  take(count: number): void {
    this.#taken += count;
  }

  /** Until the next is due; 0 or less: it is. */
  waitMs(nowMs: number): number {
    return this.#startMs + this.#taken * this.#msEach - nowMs;
  }
}
