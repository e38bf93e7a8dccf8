/** Counts how often each value was seen, to report the most frequent one. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(value: string): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
  }

  /** Of equals, the one seen first; undefined when nothing was added. */
  mostFrequent(accept: (value: string) => boolean = () => true): string | undefined {
    let best: string | undefined;
    let bestCount = 0;
    for (const [value, count] of this.#counts) {
      if (count > bestCount && accept(value)) [best, bestCount] = [value, count];
    }
    return best;
  }
}
