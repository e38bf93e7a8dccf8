import type { Side } from '../../../../src/tcp/prediction.ts';
import type { Clock } from './clock.ts';
import { ReceivingHalf } from './receiving-half.ts';
import { SendingHalf } from './sending-half.ts';
import type { EndPlan } from './transfer-plan.ts';
import type { SentFor, TransferSegment } from './transfer-segment.ts';

const SYN_RETRY_MS = 1000;
const MOST_SYNS = 4;
const CLOSE_AFTER_MS = 20;

/** One end of a simulated connection. */
export class TransferEnd {
  readonly #side: Side;
  readonly #plan: EndPlan;
  readonly #clock: Clock;
  readonly #put: (segment: TransferSegment) => void;
  readonly #sending: SendingHalf;
  readonly #receiving: ReceivingHalf;
  #state: 'closed' | 'opening' | 'open' | 'dead' = 'closed';
  #heardSyn = false;
  #synTimer = 0;
  #writesLeft: number;
  #ipId: number;
  #lastHeardMs = 0;

  constructor(
    side: Side,
    plan: EndPlan,
    path: { readonly clock: Clock; readonly mss: number; readonly rtoMs: number },
    put: (segment: TransferSegment) => void,
  ) {
    this.#side = side;
    this.#plan = plan;
    this.#clock = path.clock;
    this.#put = put;
    this.#ipId = plan.ipId;
    this.#writesLeft = plan.writes.length;
    this.#sending = new SendingHalf(plan, {
      in: (delayMs, run) => this.#in(delayMs, run),
      send: (sequence, payloadBytes, fin, sentFor) => this.#send({ sequence, payloadBytes, fin, sentFor }),
      giveUp: () => this.#reset(),
      mss: path.mss,
      rtoMs: path.rtoMs,
    });
    this.#receiving = new ReceivingHalf(plan, {
      in: (delayMs, run) => this.#in(delayMs, run),
      sendAck: () => this.#send({}),
      mss: path.mss,
    });
  }

  connect(): void {
    this.#state = 'opening';
    this.#sendSyn(0, 'syn-again');
  }

  take(segment: TransferSegment): void {
    if (this.#state === 'dead') return;
    this.#lastHeardMs = this.#clock.nowMs;
    if (segment.rst) this.#state = 'dead';
    else if (segment.syn) this.#takeSyn(segment);
    else if (this.#heardSyn) this.#takeSegment(segment);
  }

  #takeSyn(segment: TransferSegment): void {
    if (this.#state === 'open') {
      this.#send({});
      return;
    }
    // A SYN that comes again is answered again, and the timer starts anew (tcp_check_req).
    const isFirst = !this.#heardSyn;
    this.#heardSyn = true;
    if (isFirst) this.#receiving.begin();
    this.#sending.offered(segment.window);
    if (segment.acknowledgement === null) {
      this.#state = 'opening';
      if (isFirst) this.#sendSyn(0, 'syn-ack-again');
      else this.#sendSyn(1, 'syn-ack-again');
    } else this.#establish(true);
  }

  #takeSegment(segment: TransferSegment): void {
    if (this.#state === 'opening') this.#establish(false);
    this.#sending.takeAck(segment);
    this.#receiving.take(segment);
    this.#closeIfDone();
  }

  #establish(mustAck: boolean): void {
    this.#state = 'open';
    if (mustAck) this.#send({});
    const { writes, dies, keepalive } = this.#plan;
    for (const { afterMs, bytes } of writes) {
      this.#in(afterMs, () => {
        this.#writesLeft--;
        this.#sending.write(bytes);
        this.#closeIfDone();
      });
    }
    if (dies) this.#in(dies.afterMs, () => (dies.how === 'reset' ? this.#reset() : this.#die()));
    if (keepalive) this.#watchIdleness(keepalive.everyMs, keepalive.garbage ? 1 : 0);
  }

  /** The server closes when it has written everything, the client when the server has. */
  #closeIfDone(): void {
    if (this.#writesLeft > 0) return;
    if (this.#side === 'server' || this.#receiving.finReceived) {
      this.#writesLeft = Number.POSITIVE_INFINITY;
      this.#in(CLOSE_AFTER_MS, () => this.#sending.close());
    }
  }

  #watchIdleness(everyMs: number, bytes: number): void {
    this.#in(everyMs, () => {
      const idleMs = this.#clock.nowMs - this.#lastHeardMs;
      const isOver = this.#sending.isDone || this.#receiving.finReceived;
      if (isOver || this.#clock.nowMs > 60_000) return;
      const hasSent = this.#sending.next > 1;
      if (idleMs >= everyMs && this.#sending.isQuiet && (bytes === 0 || hasSent))
        this.#send({ sequence: this.#sending.next - 1, payloadBytes: bytes, sentFor: 'keepalive' });
      this.#watchIdleness(everyMs, bytes);
    });
  }

  #sendSyn(sends: number, again: SentFor): void {
    if (this.#state !== 'opening' || sends >= MOST_SYNS) return;
    this.#send({ sequence: 0, syn: true, sentFor: sends === 0 ? 'once' : again });
    const timer = ++this.#synTimer;
    this.#in(SYN_RETRY_MS * 2 ** sends, () => {
      if (timer === this.#synTimer) this.#sendSyn(sends + 1, again);
    });
  }

  #reset(): void {
    if (this.#state === 'open') this.#send({ rst: true });
    this.#die();
  }

  #die(): void {
    this.#state = 'dead';
  }

  #send(fields: Partial<TransferSegment>): void {
    this.#ipId = (this.#ipId % 0xffff) + 1;
    const isOfSocket = !(fields.syn && this.#heardSyn);
    this.#put({
      from: this.#side,
      sequence: this.#sending.next,
      payloadBytes: 0,
      syn: false,
      fin: false,
      rst: false,
      acknowledgement: this.#heardSyn ? this.#receiving.next : null,
      window: this.#receiving.window,
      sacked: this.#receiving.sacked,
      sentFor: 'once',
      // Linux numbers no SYN-ACKs.
      ipId: this.#plan.withoutIpId || !isOfSocket ? 0 : this.#ipId,
      ...fields,
    });
    if (this.#heardSyn) this.#receiving.acknowledged();
  }

  #in(delayMs: number, run: () => void): void {
    this.#clock.in(delayMs, () => {
      if (this.#state !== 'dead') run();
    });
  }
}
