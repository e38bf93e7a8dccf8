import { describeErrno } from '../../kernel/ffi.ts';
import type { ClientsDone } from './options.ts';
import { errno } from './tcp-socket.ts';

/** What became of the connections of all clients together. */
export class Tally {
  attempted = 0;
  established = 0;
  gaveUp = 0;
  bytesSent = 0;
  bytesReceived = 0;
  readonly connectMs: number[] = [];
  readonly #byErrno = new Map<number, number>();

  failed(number: number): void {
    this.#byErrno.set(number, (this.#byErrno.get(number) ?? 0) + 1);
  }

  summary(unfinished: number): ClientsDone {
    const { attempted, established, gaveUp, bytesSent, bytesReceived } = this;
    const others = new Map(this.#byErrno);
    const take = (number: number): number => {
      const count = others.get(number) ?? 0;
      others.delete(number);
      return count;
    };
    return {
      attempted,
      established,
      refused: take(errno.ECONNREFUSED),
      timedOut: take(errno.ETIMEDOUT),
      reset: take(errno.ECONNRESET),
      gaveUp,
      unfinished,
      errors: Object.fromEntries([...others].map(([number, count]) => [nameOf(number), count])),
      connectMs: this.#connectMs(),
      bytesSent,
      bytesReceived,
    };
  }

  #connectMs(): ClientsDone['connectMs'] {
    const sorted = this.connectMs.toSorted((a, b) => a - b);
    const [min] = sorted;
    const median = sorted[Math.floor(sorted.length / 2)];
    const max = sorted.at(-1);
    return min === undefined || median === undefined || max === undefined ? null : { min, median, max };
  }
}

function nameOf(number: number): string {
  return describeErrno(number).split(' ')[0] ?? String(number);
}
