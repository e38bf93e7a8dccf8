/** Who takes connections out of the accept queue: whoever waits from `fromMs` on, but at most `most`, and not faster than the rate. */
export interface Accepting {
  readonly fromMs: number;
  readonly most?: number;
  readonly perSecond?: number;
  /** It stands still for `lastMs`, from `firstMs` on and again every `everyMs`. */
  readonly pauses?: { readonly firstMs: number; readonly lastMs: number; readonly everyMs: number };
}

export const neverAccepts: Accepting = { fromMs: Number.POSITIVE_INFINITY };
export const acceptsAtOnce: Accepting = { fromMs: 0 };

/** The connections that wait for accept(), first come, first served. */
export class AcceptLine {
  readonly #accepting: Accepting;
  /** When those who wait came, in order. */
  readonly #waiting: number[];
  #nextAcceptMs: number;
  #accepted = 0;
  #peak: number;

  constructor(accepting: Accepting, waiting: number) {
    this.#accepting = accepting;
    this.#waiting = Array<number>(waiting).fill(0);
    this.#nextAcceptMs = accepting.fromMs;
    this.#peak = waiting;
  }

  get length(): number {
    return this.#waiting.length;
  }

  get peak(): number {
    return this.#peak;
  }

  get accepted(): number {
    return this.#accepted;
  }

  add(nowMs: number): void {
    this.#waiting.push(nowMs);
    this.#peak = Math.max(this.#peak, this.#waiting.length);
  }

  /** Everybody whose turn has come by now is taken. */
  serve(nowMs: number): void {
    const { most = Number.POSITIVE_INFINITY, perSecond = Number.POSITIVE_INFINITY } = this.#accepting;
    while (this.#accepted < most) {
      const head = this.#waiting[0] ?? Number.POSITIVE_INFINITY;
      const turnMs = this.#awakeAt(Math.max(head, this.#nextAcceptMs));
      if (turnMs > nowMs) return;
      this.#waiting.shift();
      this.#accepted++;
      this.#nextAcceptMs = turnMs + 1000 / perSecond;
    }
  }

  #awakeAt(atMs: number): number {
    const { pauses } = this.#accepting;
    if (pauses === undefined || !Number.isFinite(atMs)) return atMs;
    const intoMs = (((atMs - pauses.firstMs) % pauses.everyMs) + pauses.everyMs) % pauses.everyMs;
    return intoMs < pauses.lastMs ? atMs - intoMs + pauses.lastMs : atMs;
  }
}
