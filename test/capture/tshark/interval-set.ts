/** Which numbers are in it, as ranges from (included) to (excluded). */
export class IntervalSet {
  #ranges: { readonly from: number; readonly to: number }[] = [];

  add(from: number, to: number): void {
    if (to <= from) return;
    const touching = this.#ranges.filter((range) => range.from <= to && from <= range.to);
    const joined = {
      from: Math.min(from, ...touching.map((range) => range.from)),
      to: Math.max(to, ...touching.map((range) => range.to)),
    };
    this.#ranges = [...this.#ranges.filter((range) => !touching.includes(range)), joined];
  }

  /** How many numbers of the range are in it. */
  covered(from: number, to: number): number {
    return this.#ranges.reduce(
      (sum, range) => sum + Math.max(0, Math.min(to, range.to) - Math.max(from, range.from)),
      0,
    );
  }
}
