import { earlyMs, noiseMs } from '../../../tcp/clock-tolerance.ts';
import type { Side } from '../../../tcp/prediction.ts';
import type { TcpState } from '../../../tcp/socket.ts';
import { wallMs } from '../../stage/run-record.ts';
import type { Stage } from '../../stage/stage.ts';

const LOOK_EVERY_MS = 5;

interface Look {
  readonly wallMs: number;
  readonly count: number;
}

/** What happened lies between two looks: after the last that did not show it, at the first that did. Times of the timeline. */
export interface Seen {
  readonly afterMs: number;
  readonly atMs: number;
}

/** Counts one side's sockets in one state, some 200 times a second, from its making until it is disposed of. */
export class StateWatch implements Disposable {
  readonly #stage: Stage;
  readonly #side: Side;
  readonly #state: TcpState;
  /** The first and last look of each count. */
  readonly #looks: Look[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(stage: Stage, side: Side, state: TcpState) {
    this.#stage = stage;
    this.#side = side;
    this.#state = state;
    this.#timer = setInterval(() => this.#lookOrStop(), LOOK_EVERY_MS);
  }

  /** Now. */
  get count(): number {
    this.#look();
    return this.#looks.at(-1)?.count ?? 0;
  }

  /** The most at any time. */
  get most(): number {
    return Math.max(0, ...this.#looks.map(({ count }) => count));
  }

  /** When the number fell below the most for the first time. */
  fewer(): Seen | undefined {
    const top = this.#looks.findIndex(({ count }) => count === this.most);
    return this.#seen((look, i) => i > top && look.count < this.most);
  }

  /** When none was left of those there had been; undefined while there are some, and before there were any. */
  none(): Seen | undefined {
    const last = this.#looks.findLastIndex(({ count }) => count > 0);
    return last < 0 ? undefined : this.#seen((_, i) => i > last);
  }

  /** Waits until `count` are there, or have been; false when they were not within `withinMs`. */
  async reached(count: number, withinMs: number): Promise<boolean> {
    return this.#stage.until(() => this.most >= count, withinMs);
  }

  /** Waits until none is left, or until that moment of the timeline. */
  async gone(untilMs: number): Promise<Seen | undefined> {
    await this.#stage.until(() => this.none() !== undefined, untilMs - this.#stage.nowMs());
    return this.none();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #seen(shows: (look: Look, i: number) => boolean): Seen | undefined {
    const i = this.#looks.findIndex(shows);
    const at = this.#looks[i];
    if (at === undefined) return undefined;
    const { originWallMs } = this.#stage;
    const after = this.#looks[i - 1]?.wallMs ?? at.wallMs;
    return { afterMs: after - originWallMs, atMs: at.wallMs - originWallMs };
  }

  /** An interrupted run loses its namespaces under our feet. */
  #lookOrStop(): void {
    try {
      this.#look();
    } catch {
      clearInterval(this.#timer);
    }
  }

  #look(): void {
    const count = this.#stage.sample(this.#side).states[this.#state] ?? 0;
    const look = { wallMs: wallMs(), count };
    const [before, last] = this.#looks.slice(-2);
    if (before?.count === count && last?.count === count) this.#looks[this.#looks.length - 1] = look;
    else this.#looks.push(look);
  }
}

/** A moment that was seen between two looks against the times the model gave. */
export function checkSeen(
  stage: Stage,
  name: string,
  predicted: { readonly atMs: number; readonly latestMs: number },
  seen: Seen | undefined,
): void {
  stage.check({
    name,
    predicted: `${Math.round(predicted.atMs)} to ${Math.round(predicted.latestMs)}`,
    measured: seen === undefined ? 'never' : `${Math.round(seen.afterMs)} to ${Math.round(seen.atMs)}`,
    unit: 'ms',
    ok:
      seen !== undefined &&
      seen.atMs >= predicted.atMs - earlyMs &&
      seen.afterMs <= predicted.latestMs + noiseMs,
    why: `nominal to nominal + timer wheel rounding, + ${noiseMs} ms for this machine; measured between two looks at the sockets`,
  });
}
