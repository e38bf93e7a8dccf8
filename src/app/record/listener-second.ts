import { listenerChannels, notMeasured } from '../../tcp/recording/channel.ts';

const at = Object.fromEntries(listenerChannels.map(({ name }, index) => [name, index])) as Readonly<
  Record<string, number>
>;

/** One listener between two full seconds: samples of its queue, and what else was seen of it. */
export class ListenerSecond {
  #samples = 0;
  #sum = 0;
  #max = 0;
  #full = 0;
  #limit = 0;
  #accepted = 0;
  #lastLength: number | undefined;
  #drops: number | undefined;
  #dropsBefore: number | undefined;
  #synRecv = notMeasured;
  #synAckRetransmissions = 0;
  #resetsSent = 0;

  /** `drops` undefined: this kernel does not count them for each listener. A listener's first sample is what drops are counted from. */
  sample(length: number, limit: number, drops: number | undefined): void {
    this.#samples++;
    this.#sum += length;
    this.#max = Math.max(this.#max, length);
    if (length > limit) this.#full++;
    if (this.#lastLength !== undefined && length < this.#lastLength)
      this.#accepted += this.#lastLength - length;
    this.#lastLength = length;
    this.#limit = limit;
    this.#drops = drops;
    this.#dropsBefore ??= drops;
  }

  /** Since the last full second. */
  get newDrops(): number {
    return (this.#drops ?? 0) - (this.#dropsBefore ?? 0);
  }

  get fullSamples(): number {
    return this.#full;
  }

  requestsSeen(count: number): void {
    this.#synRecv = Math.max(this.#synRecv, count);
  }

  synAckRetransmitted(): void {
    this.#synAckRetransmissions++;
  }

  resetSent(): void {
    this.#resetsSent++;
  }

  /** Values in the order of `listenerChannels`, and the next second begins. Undefined: not seen in this one. */
  take(
    process: { readonly cpuPerMille: number; readonly descriptors: number } | undefined,
  ): Int32Array | undefined {
    if (this.#samples === 0) return undefined;
    const values = new Int32Array(listenerChannels.length).fill(notMeasured);
    const put = (name: string, value: number): void => {
      values[at[name] ?? 0] = Math.min(value, 0x7fff_ffff);
    };
    put('queueMax', this.#max);
    put('queueMean', Math.round((this.#sum / this.#samples) * 1000));
    put('fullShare', Math.round((this.#full / this.#samples) * 1000));
    put('limit', this.#limit);
    if (this.#drops !== undefined) put('drops', this.newDrops);
    put('acceptedAtLeast', this.#accepted);
    put('synRecv', this.#synRecv);
    put('synAckRetransmissions', this.#synAckRetransmissions);
    put('resetsSent', this.#resetsSent);
    put('cpu', process?.cpuPerMille ?? notMeasured);
    put('descriptors', process?.descriptors ?? notMeasured);
    this.#begin();
    return values;
  }

  #begin(): void {
    this.#samples = 0;
    this.#sum = 0;
    this.#max = 0;
    this.#full = 0;
    this.#accepted = 0;
    this.#dropsBefore = this.#drops;
    this.#synRecv = notMeasured;
    this.#synAckRetransmissions = 0;
    this.#resetsSent = 0;
  }
}
