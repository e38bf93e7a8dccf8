import { useSyncExternalStore } from 'react';

/** Seconds since 1970; `to` is not part of it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export const extents = [
  { seconds: 300, label: '5 min' },
  { seconds: 3600, label: '1 h' },
  { seconds: 86_400, label: '24 h' },
] as const;

const leastSeconds = 10;

/** Which stretch of time every chart of a page shows: what the axis spans, a part of it that was chosen, and where the pointer is. */
export class TimeView {
  extentSeconds: number = extents[0].seconds;
  chosen: Span | null = null;
  /** The second under the pointer. */
  hover: number | null = null;
  #now = 0;
  #moment = 0;
  readonly #calls = new Set<() => void>();
  readonly #hoverCalls = new Set<() => void>();

  /** The newest second there is. */
  set now(second: number) {
    this.#now = second;
  }

  get extent(): Span {
    return { from: this.#now + 1 - this.extentSeconds, to: this.#now + 1 };
  }

  get shown(): Span {
    return this.chosen ?? this.extent;
  }

  /** Grows whenever another stretch is wanted. */
  get moment(): number {
    return this.#moment;
  }

  setExtent(seconds: number): void {
    this.extentSeconds = seconds;
    this.choose(null);
  }

  choose(span: Span | null): void {
    this.chosen = span === null ? null : this.#within(span);
    this.#moment += 1;
    for (const call of this.#calls) call();
  }

  /** Moves what is shown by a share of its width. */
  pan(share: number): void {
    const { from, to } = this.shown;
    const by = Math.round((to - from) * share);
    this.choose({ from: from + by, to: to + by });
  }

  /** `factor` below 1: closer, around `at`. */
  zoom(factor: number, at?: number): void {
    const { from, to } = this.shown;
    const around = at ?? (from + to) / 2;
    const next = {
      from: Math.round(around - (around - from) * factor),
      to: Math.round(around + (to - around) * factor),
    };
    this.choose(next.to - next.from >= this.extentSeconds ? null : next);
  }

  point(second: number | null): void {
    if (second === this.hover) return;
    this.hover = second;
    for (const call of this.#hoverCalls) call();
  }

  #within({ from, to }: Span): Span {
    const { extent } = this;
    const width = Math.min(Math.max(leastSeconds, Math.round(to - from)), this.extentSeconds);
    const start = Math.min(Math.max(Math.round(from), extent.from), extent.to - width);
    return { from: start, to: start + width };
  }

  readonly onChange = (call: () => void): (() => void) => {
    this.#calls.add(call);
    return () => this.#calls.delete(call);
  };

  readonly onHover = (call: () => void): (() => void) => {
    this.#hoverCalls.add(call);
    return () => this.#hoverCalls.delete(call);
  };
}

/** Draws anew when another stretch is chosen. */
export function useMoment(view: TimeView): number {
  return useSyncExternalStore(view.onChange, () => view.moment);
}
