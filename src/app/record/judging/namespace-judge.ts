import type { Budget } from '../budget.ts';
import type { BlackBox } from '../incidents/black-box.ts';
import type { NamespaceRecorder } from '../sampling/namespace-recorder.ts';
import { type HostEvidence, type Judged, judgeWindow } from './judge-window.ts';

/** A window that was counted at its begin is judged at this age, without anything having moved. */
const INSPECTED_AT_MS = 9000;
/** The same trouble is judged again after this; where it proved to be none, twice as late each time. */
const AGAIN_MS = 5000;
const AT_MOST_AGAIN_MS = 60_000;
/** An open incident is looked at again after this, also when nothing moves: it may be over. */
const OPEN_AGAIN_MS = 10_000;
const KNOWN_TROUBLES = 1000;

/** Decides when the window of a namespace is judged, and lets the rules do it. */
export class NamespaceJudge {
  readonly #recorder: NamespaceRecorder;
  readonly #blackBox: BlackBox;
  readonly #host: HostEvidence;
  readonly #walks: Budget;
  readonly #patience = new Map<string, { untilMs: number; waitMs: number }>();
  #busy: Promise<void> | undefined;
  #judgedMs = Number.NEGATIVE_INFINITY;

  constructor(recorder: NamespaceRecorder, blackBox: BlackBox, host: HostEvidence, walks: Budget) {
    this.#recorder = recorder;
    this.#blackBox = blackBox;
    this.#host = host;
    this.#walks = walks;
  }

  /** To be called after each round. `tell` is called when a judgement has been made; it says whether anything is happening. */
  consider(
    nowMs: number,
    hasOpenIncidents: boolean,
    tell: (judged: Judged, because: string) => boolean,
  ): void {
    if (this.#busy !== undefined) return;
    const trouble = this.#recorder
      .troubles()
      .find(({ key }) => (this.#patience.get(key)?.untilMs ?? 0) <= nowMs);
    const because = trouble?.because ?? this.#routine(nowMs, hasOpenIncidents);
    if (because === undefined) return;
    this.#busy = this.#judge(nowMs, (judged) => {
      const isHappening = tell(judged, because);
      if (trouble !== undefined) this.#wait(trouble.key, isHappening);
    })
      .catch((error: unknown) => {
        // A namespace may end while it is looked at.
        this.#host.log.warn(`could not judge ${this.#recorder.name}: ${String(error)}`);
      })
      .finally(() => {
        this.#busy = undefined;
      });
  }

  #routine(nowMs: number, hasOpenIncidents: boolean): string | undefined {
    if (hasOpenIncidents && nowMs - this.#judgedMs >= OPEN_AGAIN_MS) return 'an incident is open';
    const window = this.#recorder.oldestWindow;
    const isDue = window?.observer.isCounted && window.ageMs(nowMs) >= INSPECTED_AT_MS;
    return isDue ? 'a regular look' : undefined;
  }

  #wait(key: string, isHappening: boolean): void {
    if (this.#patience.size >= KNOWN_TROUBLES) this.#patience.clear();
    const before = this.#patience.get(key)?.waitMs ?? AGAIN_MS / 2;
    const waitMs = isHappening ? AGAIN_MS : Math.min(AT_MOST_AGAIN_MS, before * 2);
    this.#patience.set(key, { waitMs, untilMs: this.#host.clock.monotonicMs() + waitMs });
  }

  async #judge(nowMs: number, done: (judged: Judged) => void): Promise<void> {
    const window = this.#recorder.oldestWindow;
    if (window === undefined) return;
    const { clock } = this.#host;
    const mayWalk = this.#walks.allows(nowMs);
    const packets = (): ReturnType<BlackBox['sampleSince']> =>
      this.#blackBox.sampleSince(window.beganAtMs, clock.nowMs());
    const judged = await this.#walks.chargeAsync(() => judgeWindow(window, this.#host, packets, mayWalk));
    this.#recorder.drop(window);
    this.#judgedMs = clock.monotonicMs();
    done(judged);
  }

  /** Resolves when nothing is being judged. */
  async settled(): Promise<void> {
    await this.#busy;
  }
}
