import { listenerChannels, notMeasured } from '../../../tcp/recording/channel.ts';

const at = Object.fromEntries(listenerChannels.map(({ name }, index) => [name, index])) as Readonly<
  Record<string, number>
>;

interface Member {
  length: number;
  /** A socket's first sample is what its drops are counted from. */
  drops: number;
  round: number;
}

/** One address and port between two full seconds: samples of its queue (of a SO_REUSEPORT group, of the fullest), and what else was seen. */
export class ListenerSecond {
  readonly #members = new Map<number, Member>();
  #drops = 0;
  #round = 0;
  #samples = 0;
  #sum = 0;
  #max = 0;
  #full = 0;
  #limit = 0;
  #accepted = 0;
  /** Of the round under way, and of the last one; -1: no socket was shown. */
  #fullest = -1;
  #fullestLimit = 0;
  #lastFullest = -1;
  #dropsKnown = false;
  #synRecv = notMeasured;
  #synAckRetransmissions = 0;
  #resetsSent = 0;

  /** One socket in one round. `drops` undefined: this kernel does not count them for each listener. */
  sample(inode: number, length: number, limit: number, drops: number | undefined): void {
    const known = this.#members.get(inode);
    if (known === undefined) this.#members.set(inode, { length, drops: drops ?? 0, round: this.#round });
    else {
      if (length < known.length) this.#accepted += known.length - length;
      if (drops !== undefined && drops > known.drops) this.#drops += drops - known.drops;
      known.length = length;
      known.drops = drops ?? 0;
      known.round = this.#round;
    }
    if (drops !== undefined) this.#dropsKnown = true;
    if (length * (this.#fullestLimit + 1) > this.#fullest * (limit + 1)) {
      this.#fullest = length;
      this.#fullestLimit = limit;
    }
  }

  /** After each look at all sockets. */
  endRound(): void {
    const [length, limit] = [this.#fullest, this.#fullestLimit];
    this.#lastFullest = length;
    if (length < 0) return;
    this.#samples++;
    this.#sum += length;
    this.#max = Math.max(this.#max, length);
    if (length > limit) this.#full++;
    this.#limit = limit;
    this.#fullest = -1;
    this.#fullestLimit = 0;
    this.#round++;
  }

  /** Its sockets are gone, and so is the second they were seen in. */
  get isOver(): boolean {
    return this.#lastFullest < 0 && this.#samples === 0;
  }

  /** Since the last full second. */
  get drops(): number {
    return this.#drops;
  }

  /** More than half full in the last round. */
  get pressed(): boolean {
    return this.#lastFullest > 0 && this.#lastFullest > this.#limit / 2;
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
      values[at[name] ?? 0] = Math.max(notMeasured, Math.min(value, 0x7fff_ffff));
    };
    put('queueMax', this.#max);
    put('queueMean', Math.round((this.#sum / this.#samples) * 1000));
    put('fullShare', Math.round((this.#full / this.#samples) * 1000));
    put('limit', this.#limit);
    if (this.#dropsKnown) put('drops', this.#drops);
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
    for (const [inode, member] of this.#members) {
      if (member.round < this.#round - 1) this.#members.delete(inode);
    }
    this.#drops = 0;
    this.#samples = 0;
    this.#sum = 0;
    this.#max = 0;
    this.#full = 0;
    this.#accepted = 0;
    this.#synRecv = notMeasured;
    this.#synAckRetransmissions = 0;
    this.#resetsSent = 0;
  }
}
