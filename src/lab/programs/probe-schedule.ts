import type { ProbeStep } from './probes-options.ts';

type Anchor = NonNullable<ProbeStep['since']>;

/** When a probe's steps are due, as the moments they count from become known. */
export class ProbeSchedule {
  readonly #watchMs: number;
  readonly #anchors = new Map<Anchor, number>();
  #steps: readonly ProbeStep[];

  constructor(steps: readonly ProbeStep[], watchMs = Number.POSITIVE_INFINITY) {
    this.#steps = steps;
    this.#watchMs = watchMs;
  }

  anchor(anchor: Anchor, atMs: number): void {
    this.#anchors.set(anchor, atMs);
  }

  /** No step is left whose moment can be told. */
  get isEmpty(): boolean {
    return this.#nextStep() === undefined;
  }

  /** Infinity: only an event can bring something to do. */
  get nextAtMs(): number {
    const next = this.#nextStep();
    return Math.min(next ? this.#dueAtMs(next) : Number.POSITIVE_INFINITY, this.#watchOverAtMs);
  }

  isWatchOver(nowMs: number): boolean {
    return nowMs >= this.#watchOverAtMs;
  }

  /** The next step that is due, once; of several the earliest. */
  takeDue(nowMs: number): ProbeStep | undefined {
    const next = this.#nextStep();
    if (next === undefined || this.#dueAtMs(next) > nowMs) return undefined;
    this.#steps = this.#steps.filter((step) => step !== next);
    return next;
  }

  #nextStep(): ProbeStep | undefined {
    const timed = this.#steps.filter((step) => Number.isFinite(this.#dueAtMs(step)));
    return timed.toSorted((a, b) => this.#dueAtMs(a) - this.#dueAtMs(b))[0];
  }

  #dueAtMs({ atMs, since = 'established' }: ProbeStep): number {
    return atMs + (this.#anchors.get(since) ?? Number.POSITIVE_INFINITY);
  }

  get #watchOverAtMs(): number {
    return this.#watchMs + (this.#anchors.get('connect') ?? Number.POSITIVE_INFINITY);
  }
}
