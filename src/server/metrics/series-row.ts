import { notMeasured } from '../../tcp/recording/channel.ts';
import type { SubjectFacts } from '../../tcp/recording/feed.ts';
import type { Labels } from './metric.ts';

const PEAK_SECONDS = 60;

/** One line of the exposition: a series, or all that have no line of their own. Counts from when it was made. */
export class SeriesRow {
  readonly labels: Labels;
  /** Since when it counts, ms since 1970. */
  readonly startMs: number;
  /** What is known of the series that was added last. */
  about: SubjectFacts = {};
  /** Seconds since it last had values, and since there was trouble in them. */
  secondsGone = 0;
  secondsQuiet = Number.POSITIVE_INFINITY;
  /** NaN: never measured. */
  readonly #totals: Float64Array;
  readonly #peaks = new Int32Array(PEAK_SECONDS).fill(notMeasured);
  #at = 0;
  #members: Int32Array[] = [];

  constructor(facts: {
    readonly labels: Labels;
    readonly startMs: number;
    readonly channels: number;
  }) {
    this.labels = facts.labels;
    this.startMs = facts.startMs;
    this.#totals = new Float64Array(facts.channels).fill(Number.NaN);
  }

  begin(): void {
    this.#members = [];
    this.#at = (this.#at + 1) % PEAK_SECONDS;
    this.#peaks[this.#at] = notMeasured;
    this.secondsGone++;
    this.secondsQuiet++;
  }

  /** `peak`: what the largest of the last minute is kept of. */
  add(
    values: Int32Array,
    facts: { readonly peak: number; readonly trouble: number; readonly about: SubjectFacts },
  ): void {
    for (let channel = 0; channel < this.#totals.length; channel++) {
      const value = values[channel] ?? notMeasured;
      if (value === notMeasured) continue;
      const before = this.#totals[channel] ?? Number.NaN;
      this.#totals[channel] = Number.isNaN(before) ? value : before + value;
    }
    this.#members.push(values);
    this.#peaks[this.#at] = Math.max(this.#peaks[this.#at] ?? notMeasured, facts.peak);
    this.about = facts.about;
    this.secondsGone = 0;
    if (facts.trouble > 0) this.secondsQuiet = 0;
  }

  total(channel: number): number | undefined {
    const total = this.#totals[channel];
    return total === undefined || Number.isNaN(total) ? undefined : total;
  }

  last(channel: number, together: 'sum' | 'max' | 'none'): number | undefined {
    let result: number | undefined;
    for (const values of this.#members) {
      const value = values[channel] ?? notMeasured;
      if (value === notMeasured) continue;
      if (result === undefined) result = value;
      else result = together === 'sum' ? result + value : Math.max(result, value);
    }
    return result;
  }

  get peak(): number | undefined {
    const peak = Math.max(...this.#peaks);
    return peak === notMeasured ? undefined : peak;
  }
}
