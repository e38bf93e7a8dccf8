import { usedMs } from '../processor-time.ts';

/** What something may take of one core over time. It earns while nothing is done, and may run into debt once. */
export class Budget {
  readonly #share: number;
  readonly #mostMs: number;
  #leftMs: number;
  #earnedAtMs: number | undefined;

  /** `mostMs`: what can be saved up; there is a tenth of it to begin with. */
  constructor(share: number, mostMs: number) {
    this.#share = share;
    this.#mostMs = mostMs;
    this.#leftMs = mostMs / 10;
  }

  /** `nowMs` of a clock that does not go back. */
  allows(nowMs: number): boolean {
    const passedMs = nowMs - (this.#earnedAtMs ?? nowMs);
    this.#earnedAtMs = nowMs;
    this.#leftMs = Math.min(this.#mostMs, this.#leftMs + passedMs * this.#share);
    return this.#leftMs > 0;
  }

  /** Runs `work` and charges the processor time it took. */
  charge<T>(work: () => T): T {
    const before = usedMs();
    try {
      return work();
    } finally {
      this.#leftMs -= usedMs() - before;
    }
  }

  /** The same for work with pauses; what else is done in these is charged as well. */
  async chargeAsync<T>(work: () => Promise<T>): Promise<T> {
    const before = usedMs();
    try {
      return await work();
    } finally {
      this.#leftMs -= usedMs() - before;
    }
  }
}
