import type { QueueHistory } from '../../tcp/observation.ts';

const MAX_BINS = 250;
const NOT_SAMPLED = -1;

/** Turns samples of one accept queue into a bounded history. Times are milliseconds from the start of the window. */
export class QueueRecorder {
  readonly #binMs: number;
  readonly #bins: number[] = [];
  #samples = 0;
  #sum = 0;
  #peak = 0;
  #peakAtMs = 0;
  #full = 0;
  #aboveHalf = 0;
  #empty = 0;
  #episodes = 0;
  #longestFullMs = 0;
  #accepted = 0;
  #fullSinceMs: number | undefined;
  #lastLength = 0;
  #lastAtMs = 0;

  constructor(windowMs: number, intervalMs: number) {
    this.#binMs = Math.max(intervalMs, Math.ceil(windowMs / MAX_BINS));
  }

  sample(atMs: number, length: number, limit: number): void {
    if (this.#samples > 0 && length < this.#lastLength) this.#accepted += this.#lastLength - length;
    this.#samples++;
    this.#sum += length;
    if (length > this.#peak) {
      this.#peak = length;
      this.#peakAtMs = atMs;
    }
    if (length > limit / 2) this.#aboveHalf++;
    if (length === 0) this.#empty++;
    this.#followFullness(atMs, length > limit);
    const bin = Math.min(MAX_BINS - 1, Math.floor(atMs / this.#binMs));
    while (this.#bins.length <= bin) this.#bins.push(NOT_SAMPLED);
    this.#bins[bin] = Math.max(this.#bins[bin] ?? NOT_SAMPLED, length);
    this.#lastLength = length;
    this.#lastAtMs = atMs;
  }

  #followFullness(atMs: number, full: boolean): void {
    if (full) {
      this.#full++;
      if (this.#fullSinceMs === undefined) this.#episodes++;
      this.#fullSinceMs ??= atMs;
      // The queue was full from one sample to the next one, so count up to here.
      this.#longestFullMs = Math.max(this.#longestFullMs, atMs - this.#fullSinceMs);
    } else {
      this.#fullSinceMs = undefined;
    }
  }

  /** Undefined when nothing was sampled. */
  finish(): QueueHistory | undefined {
    if (this.#samples === 0) return undefined;
    return {
      intervalMs: this.#samples > 1 ? Math.round(this.#lastAtMs / (this.#samples - 1)) : 0,
      samples: this.#samples,
      peak: this.#peak,
      peakAtMs: this.#peakAtMs,
      mean: this.#sum / this.#samples,
      fullSamples: this.#full,
      aboveHalfSamples: this.#aboveHalf,
      emptySamples: this.#empty,
      fullEpisodes: this.#episodes,
      longestFullMs: this.#longestFullMs,
      acceptedAtLeast: this.#accepted,
      binMs: this.#binMs,
      bins: this.#bins,
    };
  }
}
