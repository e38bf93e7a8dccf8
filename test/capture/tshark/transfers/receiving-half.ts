import type { EndPlan } from './transfer-plan.ts';
import { endOf, type TransferSegment } from './transfer-segment.ts';

const DELAYED_ACK_MS = 40;
const LARGEST_WINDOW = 65_535;

export interface ReceivingSurroundings {
  readonly in: (delayMs: number, run: () => void) => void;
  readonly sendAck: () => void;
  readonly mss: number;
}

/** What one end has of the other's bytes, and when it says so (RFC 9293, 3.8.6.3; RFC 5681, 4.2). */
export class ReceivingHalf {
  readonly #plan: EndPlan;
  readonly #around: ReceivingSurroundings;
  next = 0;
  finReceived = false;
  /** Arrived out of order: ranges beyond `next`. */
  #waiting: { readonly from: number; readonly to: number; readonly fin: boolean }[] = [];
  #unread = 0;
  #stalled = false;
  #unacked = 0;
  #ackTimer = 0;

  constructor(plan: EndPlan, around: ReceivingSurroundings) {
    this.#plan = plan;
    this.#around = around;
  }

  begin(): void {
    this.next = 1;
    const { stall } = this.#plan;
    if (stall === null) return;
    this.#around.in(stall.afterMs, () => {
      this.#stalled = true;
    });
    this.#around.in(stall.afterMs + stall.forMs, () => {
      this.#stalled = false;
      const wasTight = this.window < 2 * this.#around.mss;
      this.#unread = 0;
      if (wasTight) this.#around.sendAck();
    });
  }

  get window(): number {
    return Math.min(LARGEST_WINDOW, Math.max(0, this.#plan.bufferBytes - this.#unread));
  }

  get sacked(): TransferSegment['sacked'] {
    return this.#waiting;
  }

  /** An acknowledgement has gone out. */
  acknowledged(): void {
    this.#unacked = 0;
    this.#ackTimer++;
  }

  take(segment: TransferSegment): void {
    const end = endOf(segment);
    if (end === segment.sequence) {
      // An empty probe stands before what is expected and is answered.
      if (segment.sequence < this.next) this.#around.sendAck();
      return;
    }
    if (end <= this.next || end > this.next + this.window + (segment.fin ? 1 : 0)) {
      this.#around.sendAck();
      return;
    }
    const isInOrder = segment.sequence <= this.next && this.#waiting.length === 0;
    this.#waiting.push({ from: segment.sequence, to: end, fin: segment.fin });
    this.#moveOn();
    if (!isInOrder || segment.fin || ++this.#unacked >= 2) this.#around.sendAck();
    else this.#acknowledgeLater();
  }

  #moveOn(): void {
    for (let found = this.#firstWaiting(); found !== undefined; found = this.#firstWaiting()) {
      if (found.to > this.next) {
        if (this.#stalled) this.#unread += found.to - this.next - (found.fin ? 1 : 0);
        this.next = found.to;
        if (found.fin) this.finReceived = true;
      }
      this.#waiting = this.#waiting.filter((range) => range !== found);
    }
  }

  #firstWaiting(): { readonly from: number; readonly to: number; readonly fin: boolean } | undefined {
    return this.#waiting.find((range) => range.from <= this.next);
  }

  #acknowledgeLater(): void {
    const timer = ++this.#ackTimer;
    this.#around.in(DELAYED_ACK_MS, () => {
      if (timer === this.#ackTimer) this.#around.sendAck();
    });
  }
}
