import { earlyMs, noiseMs } from '../../tcp/clock-tolerance.ts';
import type { LabCheck, LabMetric, LabPacket } from '../../tcp/lab-run.ts';
import type { PredictedEvent } from '../../tcp/prediction.ts';

/** What a run has to show: its story, what was checked, what was measured, and what belongs in its pictures. */
export class RunRecord {
  readonly checks: LabCheck[] = [];
  readonly metrics: LabMetric[] = [];
  readonly story: { wallMs: number; text: string }[] = [];
  #conclusion: string | undefined;
  readonly #limits = new Map<string, number>();
  readonly #onProgress: (text: string) => void;
  #worthDrawing: (packet: LabPacket) => boolean = () => true;

  constructor(onProgress: (text: string) => void) {
    this.#onProgress = onProgress;
  }

  /** A line of the story, shown at once. */
  tell(text: string): void {
    this.story.push({ wallMs: wallMs(), text });
    this.#onProgress(text);
  }

  /** Which packets belong in the ladder; all unless said. */
  draw(worthDrawing: (packet: LabPacket) => boolean): void {
    this.#worthDrawing = worthDrawing;
  }

  get worthDrawing(): (packet: LabPacket) => boolean {
    return this.#worthDrawing;
  }

  /** What was seen, in one clause without a final stop; the last word counts. */
  conclude(text: string): void {
    this.#conclusion = text;
  }

  get conclusion(): string | undefined {
    return this.#conclusion;
  }

  /** A line to draw across a series, e.g. the limit of "server accept queue". */
  limit(series: string, value: number): void {
    this.#limits.set(series, value);
  }

  limitOf(series: string): number | undefined {
    return this.#limits.get(series);
  }

  check(check: LabCheck): void {
    this.checks.push(check);
  }

  /** Counters, queue limits, words: no tolerance. */
  checkExact(name: string, predicted: number | string, measured: number | string, unit = ''): void {
    this.check({ name, predicted, measured, unit, ok: predicted === measured, why: 'exact' });
  }

  /** A number that lies in a range for a stated reason. */
  checkBetween(
    name: string,
    [least, most]: readonly [number, number],
    measured: number,
    unit: string,
    why: string,
  ): void {
    const predicted = least === most ? least : `${least} to ${most}`;
    this.check({ name, predicted, measured, unit, ok: measured >= least && measured <= most, why });
  }

  /** A time the model gave: not before `atMs`, not after `latestMs` plus this machine's noise. */
  checkTime(
    name: string,
    predicted: { readonly atMs: number | null; readonly latestMs: number | null },
    measuredMs: number | undefined,
    slackMs = noiseMs,
  ): void {
    const { atMs, latestMs } = predicted;
    if (atMs === null || latestMs === null) {
      this.checkExact(name, 'never', measuredMs === undefined ? 'never' : Math.round(measuredMs), 'ms');
      return;
    }
    const ok = measuredMs !== undefined && measuredMs >= atMs - earlyMs && measuredMs <= latestMs + slackMs;
    this.check({
      name,
      predicted: atMs === latestMs ? atMs : `${round(atMs)} to ${round(latestMs)}`,
      measured: measuredMs === undefined ? 'never' : round(measuredMs),
      unit: 'ms',
      ok,
      why: `nominal to nominal + timer wheel rounding, + ${slackMs} ms for this machine`,
    });
  }

  /** Every predicted event of one kind, one by one, and that there are no more of them. */
  checkEvents(name: string, predicted: readonly PredictedEvent[], measuredMs: readonly number[]): void {
    this.checkExact(`${name}: how many`, predicted.length, measuredMs.length, 'segments');
    for (const [i, event] of predicted.entries()) this.checkTime(`${name} ${i + 1}`, event, measuredMs[i]);
  }

  metric(name: string, value: number, unit: string, better: LabMetric['better']): void {
    this.metrics.push({ name, value, unit, better });
  }
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** Wall clock with microseconds, as packets are stamped. */
export function wallMs(): number {
  return performance.timeOrigin + performance.now();
}
