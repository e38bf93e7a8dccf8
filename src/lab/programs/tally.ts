import type { ClientsDone, ConnectionOutcome, Spread } from './options.ts';
import { errno, errnoName } from './tcp-socket.ts';

const mostOutcomes = 20_000;

type Written<T> = { -readonly [Key in keyof T]: T[Key] };

/** One connection while it is there; times by performance.now(). */
export interface TalliedConnection {
  readonly startedMs: number;
  readonly outcome: Written<ConnectionOutcome> | undefined;
}

/** What became of the connections of all clients together. */
export class Tally {
  bytesSent = 0;
  bytesReceived = 0;
  #attempted = 0;
  #established = 0;
  #gaveUp = 0;
  readonly #startedAtMs: number;
  readonly #keepOutcomes: boolean;
  readonly #connectMs: number[] = [];
  readonly #roundTripMs: number[] = [];
  readonly #byErrno = new Map<number, number>();
  readonly #outcomes: Written<ConnectionOutcome>[] = [];
  #firstMs: number | undefined;
  #lastMs = 0;

  constructor(startedAtMs: number, keepOutcomes: boolean) {
    this.#startedAtMs = startedAtMs;
    this.#keepOutcomes = keepOutcomes;
  }

  started(nowMs: number): TalliedConnection {
    this.#attempted++;
    this.#firstMs ??= nowMs;
    if (!this.#keepOutcomes || this.#outcomes.length >= mostOutcomes)
      return { startedMs: nowMs, outcome: undefined };
    const startedAtMs = nowMs - this.#startedAtMs;
    const outcome = { startedAtMs, connectedAtMs: null, endedAtMs: null, errno: null };
    this.#outcomes.push(outcome);
    return { startedMs: nowMs, outcome };
  }

  connected({ startedMs, outcome }: TalliedConnection, nowMs: number): void {
    this.#established++;
    this.#connectMs.push(nowMs - startedMs);
    this.#lastMs = nowMs;
    if (outcome) outcome.connectedAtMs = nowMs - this.#startedAtMs;
  }

  replied(afterMs: number): void {
    this.#roundTripMs.push(afterMs);
  }

  closed(connection: TalliedConnection, nowMs: number): void {
    this.#lastMs = nowMs;
    if (connection.outcome) connection.outcome.endedAtMs = nowMs - this.#startedAtMs;
  }

  gaveUp(connection: TalliedConnection, nowMs: number): void {
    this.#gaveUp++;
    this.closed(connection, nowMs);
  }

  failed(connection: TalliedConnection, number: number, nowMs: number): void {
    this.#byErrno.set(number, (this.#byErrno.get(number) ?? 0) + 1);
    this.closed(connection, nowMs);
    if (connection.outcome) connection.outcome.errno = errnoName(number);
  }

  summary(unfinished: number): ClientsDone {
    const others = new Map(this.#byErrno);
    const take = (number: number): number => {
      const count = others.get(number) ?? 0;
      others.delete(number);
      return count;
    };
    const tookMs = this.#firstMs === undefined ? 0 : Math.max(0, this.#lastMs - this.#firstMs);
    const roundTrips = spreadOf(this.#roundTripMs);
    return {
      attempted: this.#attempted,
      established: this.#established,
      refused: take(errno.ECONNREFUSED),
      timedOut: take(errno.ETIMEDOUT),
      reset: take(errno.ECONNRESET),
      gaveUp: this.#gaveUp,
      unfinished,
      errors: Object.fromEntries([...others].map(([number, count]) => [errnoName(number), count])),
      connectMs: spreadOf(this.#connectMs),
      roundTripMs: roundTrips && { ...roundTrips, count: this.#roundTripMs.length },
      bytesSent: this.bytesSent,
      bytesReceived: this.bytesReceived,
      startedAtEpochMs: performance.timeOrigin + this.#startedAtMs,
      tookMs,
      connectionsPerSecond: tookMs > 0 ? (this.#established / tookMs) * 1000 : 0,
      outcomes: this.#outcomes,
    };
  }
}

function spreadOf(values: readonly number[]): Spread | null {
  const sorted = Float64Array.from(values).sort();
  const [min] = sorted;
  const median = sorted[Math.floor(sorted.length / 2)];
  const max = sorted.at(-1);
  return min === undefined || median === undefined || max === undefined ? null : { min, median, max };
}
