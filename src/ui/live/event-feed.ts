import type { ApiEvents } from '../../contract/api.ts';
import { request } from '../api/get-json.ts';

export type Connection =
  | { readonly status: 'connecting' }
  | { readonly status: 'live' }
  /** `sinceMs` and `againAtMs` are of performance.now(). */
  | { readonly status: 'lost'; readonly sinceMs: number; readonly againAtMs: number };

export interface FeedCalls {
  readonly on: <K extends keyof ApiEvents>(kind: K, data: ApiEvents[K]) => void;
  readonly connection: (connection: Connection) => void;
}

const kinds = ['hello', 'second', 'subjects', 'incident', 'status'] as const;
const firstWaitMs = 500;
const longestWaitMs = 10_000;
/** A recorder tells something every second; a connection that is silent for so long is none. */
const silenceMs = 6000;

/**
 * The event stream, opened again whenever it is lost: after half a second, then after twice as long each time, at most ten seconds. It does not
 * rely on the browser, which gives up at the first refusal and notices nothing of a peer that is gone without a word.
 */
export class EventFeed {
  readonly #calls: FeedCalls;
  #source: EventSource | undefined;
  #waitMs = firstWaitMs;
  #lostMs: number | undefined;
  #timer = 0;

  constructor(calls: FeedCalls) {
    this.#calls = calls;
    this.#open();
    window.addEventListener('online', () => this.again());
  }

  /** Tries at once. */
  again(): void {
    if (this.#lostMs === undefined) return;
    this.#waitMs = firstWaitMs;
    this.#open();
  }

  #open(): void {
    this.#source?.close();
    const source = new EventSource('/api/v1/events');
    this.#source = source;
    this.#watch();
    for (const kind of kinds) {
      source.addEventListener(kind, (event: MessageEvent<string>) => {
        this.#watch();
        this.#calls.on(kind, JSON.parse(event.data));
        if (kind === 'hello') this.#found();
      });
    }
    source.addEventListener('error', () => this.#lose());
  }

  #found(): void {
    this.#lostMs = undefined;
    this.#waitMs = firstWaitMs;
    this.#calls.connection({ status: 'live' });
  }

  #watch(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#lose(), silenceMs);
  }

  #lose(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    const now = performance.now();
    // An event stream does not say why it was refused; a session that has ended shows here.
    if (this.#lostMs === undefined) request('session').catch(() => {});
    this.#lostMs ??= now;
    this.#calls.connection({ status: 'lost', sinceMs: this.#lostMs, againAtMs: now + this.#waitMs });
    this.#timer = window.setTimeout(() => this.#open(), this.#waitMs);
    this.#waitMs = Math.min(longestWaitMs, 2 * this.#waitMs);
  }
}
