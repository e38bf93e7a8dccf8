import { listenerChannels, notMeasured } from '../../../tcp/recording/channel.ts';

const at = Object.fromEntries(listenerChannels.map(({ name }, index) => [name, index])) as Readonly<
  Record<string, number>
>;

interface Member {
  length: number;
  drops: number | undefined;
  /** At the start of the second; a socket's first sample is what its drops are counted from. */
  dropsBefore: number | undefined;
  round: number;
}

/** One address and port between two full seconds: samples of its queue (of a SO_REUSEPORT group, of the fullest), and what else was seen. */
export class ListenerSecond {
  readonly #members = new Map<number, Member>();
  #round = 0;
  #samples = 0;
  #sum = 0;
  #max = 0;
  #full = 0;
  #limit = 0;
  #accepted = 0;
  /** Of the round under way, and of the last one; -1: no socket was shown. */
  #fullest = { length: -1, limit: 0 };
  #last = { length: -1, limit: 0 };
  #dropsKnown = false;
  #synRecv = notMeasured;
  #synAckRetransmissions = 0;
  #resetsSent = 0;

  /** One socket in one round. `drops` undefined: this kernel does not count them for each listener. */
  sample(inode: number, length: number, limit: number, drops: number | undefined): void {
    const known = this.#members.get(inode);
    if (known === undefined)
      this.#members.set(inode, { length, drops, dropsBefore: drops, round: this.#round });
    else {
      if (length < known.length) this.#accepted += known.length - length;
      known.length = length;
      known.drops = drops;
      known.round = this.#round;
    }
    if (drops !== undefined) this.#dropsKnown = true;
    if (length * (this.#fullest.limit + 1) > this.#fullest.length * (limit + 1))
      this.#fullest = { length, limit };
  }

  /** After each look at all sockets. */
  endRound(): void {
    const { length, limit } = this.#fullest;
    this.#last = this.#fullest;
    if (length < 0) return;
    this.#samples++;
    this.#sum += length;
    this.#max = Math.max(this.#max, length);
    if (length > limit) this.#full++;
    this.#limit = limit;
    this.#fullest = { length: -1, limit: 0 };
    this.#round++;
  }

  /** Its sockets are gone, and so is the second they were seen in. */
  get isOver(): boolean {
    return this.#last.length < 0 && this.#samples === 0;
  }

  /** Drops since the last full second; whether the queue was more than half full in the last round. */
  get pressure(): { readonly drops: number; readonly pressed: boolean } {
    const { length, limit } = this.#last;
    return { drops: this.newDrops, pressed: length > 0 && length > limit / 2 };
  }

  /** Since the last full second. */
  get newDrops(): number {
    let sum = 0;
    for (const { drops, dropsBefore } of this.#members.values()) sum += (drops ?? 0) - (dropsBefore ?? 0);
    return sum;
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
    if (this.#dropsKnown) put('drops', Math.max(0, this.newDrops));
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
      else member.dropsBefore = member.drops;
    }
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
