import type { RecorderLog } from '../../app/record/recorder-options.ts';
import { type OtlpAnswer, postOtlp } from './post-otlp.ts';

export interface OtlpTiming {
  /** Between two exports of all metrics. */
  readonly intervalMs: number;
  /** A log record waits so long for others to go with it. */
  readonly gatherMs: number;
  readonly timeoutMs: number;
  /** Doubled with each failure, up to the second. */
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
  /** However long a collector asks to be left alone. */
  readonly longestRetryAfterMs: number;
  /** What waits at the end gets so long. */
  readonly closeMs: number;
}

interface QueueFacts<Item> {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** "metrics", "log records": for the log. */
  readonly what: string;
  /** Items that wait at most; the oldest make room. */
  readonly most: number;
  /** Items that go together. */
  readonly batch: number;
  /** Gzipped JSON. */
  readonly bodyOf: (items: readonly Item[]) => Promise<Uint8Array>;
  readonly timing: OtlpTiming;
  readonly log: RecorderLog;
}

/** What is to be sent to one address of a collector: in order, one request at a time, again later where that may help. */
export class OtlpQueue<Item> {
  readonly #facts: QueueFacts<Item>;
  readonly #items: Item[] = [];
  /** The first so many are in a request. */
  #underWay = 0;
  readonly #ended = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #closed = false;
  #failures = 0;
  /** Since the log was last told. */
  #lost = 0;
  /** What the collector complained of last: told once for as long as it says the same. */
  #complaint = '';

  constructor(facts: QueueFacts<Item>) {
    this.#facts = facts;
  }

  /** Sent after `delayMs`, or when those before it have gone. */
  add(item: Item, delayMs: number): void {
    if (this.#closed) return;
    this.#items.push(item);
    if (this.#items.length > this.#facts.most) this.#dropOldest();
    if (this.#timer === undefined && this.#sending === undefined) this.#sendAfter(delayMs);
  }

  /** Sends what waits, if that is possible soon; says what is lost. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const limit = setTimeout(() => this.#ended.abort(), this.#facts.timing.closeMs);
    await this.#sending;
    // One try for each batch; what fails now is not tried again.
    while (this.#items.length > 0 && !this.#ended.signal.aborted) if (!(await this.#send())) break;
    clearTimeout(limit);
    this.#lost += this.#items.length;
    this.#items.length = 0;
    if (this.#lost > 0) this.#warn(`${this.#lost} ${this.#facts.what} were not exported`);
  }

  #sendAfter(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#sending = this.#sendAll().finally(() => {
        this.#sending = undefined;
        // What came in the very moment in which the last was gone.
        if (this.#items.length > 0 && this.#timer === undefined && !this.#closed) this.#sendAfter(0);
      });
    }, delayMs);
    // The recorder lives for its own sake.
    this.#timer.unref();
  }

  async #sendAll(): Promise<void> {
    while (this.#items.length > 0 && !this.#closed) if (!(await this.#send())) return;
  }

  /** False: not now. */
  async #send(): Promise<boolean> {
    const { url, headers, batch, bodyOf, timing } = this.#facts;
    const items = this.#items.slice(0, batch);
    this.#underWay = items.length;
    const answer = await postOtlp({
      url,
      headers,
      body: await bodyOf(items),
      timeoutMs: timing.timeoutMs,
      signal: this.#ended.signal,
    });
    this.#underWay = 0;
    if (answer.kind === 'later') {
      this.#failed(answer);
      return false;
    }
    this.#items.splice(0, items.length);
    if (answer.kind === 'refused') this.#refused(answer.said);
    else this.#taken(answer.partly);
    return true;
  }

  #failed({ said, afterMs }: Extract<OtlpAnswer, { kind: 'later' }>): void {
    const { what, timing } = this.#facts;
    if (this.#failures === 0) this.#warn(`${what} cannot be exported for now; they wait`, said);
    const doubled = timing.firstRetryMs * 2 ** Math.min(this.#failures, 20);
    this.#failures++;
    if (this.#closed) return;
    const backoffMs = Math.min(doubled, timing.lastRetryMs);
    // Recorders that lost their collector together do not come back together.
    const spread = 0.8 + Math.random() * 0.4;
    this.#sendAfter(
      afterMs === undefined
        ? backoffMs * spread
        : Math.min(Math.max(afterMs, timing.firstRetryMs), timing.longestRetryAfterMs),
    );
  }

  #taken(partly: string | undefined): void {
    const { what, log, url } = this.#facts;
    if (this.#failures > 0 || this.#lost > 0)
      log.info(`${what} are exported again`, { to: url, lost: this.#lost });
    this.#failures = 0;
    this.#lost = 0;
    if (partly === undefined) this.#complaint = '';
    else this.#complain(`the collector did not take all ${what}`, partly);
  }

  #refused(said: string): void {
    this.#failures = 0;
    this.#complain(`the collector refuses ${this.#facts.what}; they are lost`, said);
  }

  #complain(message: string, said: string): void {
    if (said !== this.#complaint) this.#warn(message, said);
    this.#complaint = said;
  }

  #dropOldest(): void {
    const { what, most } = this.#facts;
    this.#items.splice(this.#underWay, 1);
    this.#lost++;
    if (this.#lost === 1) this.#warn(`more than ${most} ${what} wait to be exported: the oldest are lost`);
  }

  #warn(message: string, said?: string): void {
    this.#facts.log.warn(message, { to: this.#facts.url, ...(said === undefined ? {} : { said }) });
  }
}
