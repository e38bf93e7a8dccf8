import type { LiveProgress } from './live-capture.ts';
import type { LiveSink } from './live-sink.ts';

const EVERY_MS = 1000;

type Rates = Omit<LiveProgress, 'droppedByKernel' | 'file'>;

/** Turns growing counts into rates, once a second. */
export class Ticker {
  readonly #startMs: number;
  #lastMs: number;
  #packets = 0;
  #bytes = 0;
  #syn = 0;
  #synRetransmissions = 0;

  constructor(startMs: number) {
    this.#startMs = startMs;
    this.#lastMs = startMs;
  }

  /** Undefined until a second has gone by since it last was not. */
  look(nowMs: number, { packets, bytes, meter }: LiveSink): Rates | undefined {
    const elapsedMs = nowMs - this.#lastMs;
    if (elapsedMs < EVERY_MS) return undefined;
    const perSecond = (now: number, before: number): number => ((now - before) * 1000) / elapsedMs;
    const rates = {
      seconds: (nowMs - this.#startMs) / 1000,
      packets,
      packetsPerSecond: perSecond(packets, this.#packets),
      bytesPerSecond: perSecond(bytes, this.#bytes),
      synPerSecond: perSecond(meter.syn, this.#syn),
      synRetransmissionsPerSecond: perSecond(meter.retransmissions, this.#synRetransmissions),
    };
    this.#lastMs = nowMs;
    [this.#packets, this.#bytes] = [packets, bytes];
    [this.#syn, this.#synRetransmissions] = [meter.syn, meter.retransmissions];
    return rates;
  }
}
