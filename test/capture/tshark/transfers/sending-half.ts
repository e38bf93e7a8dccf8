import type { EndPlan } from './transfer-plan.ts';
import type { SentFor, TransferSegment } from './transfer-segment.ts';

export interface SendingSurroundings {
  readonly in: (delayMs: number, run: () => void) => void;
  readonly send: (sequence: number, payloadBytes: number, fin: boolean, sentFor: SentFor) => void;
  readonly giveUp: () => void;
  readonly mss: number;
  readonly rtoMs: number;
}

interface Sent {
  readonly from: number;
  readonly to: number;
  readonly fin: boolean;
}

const MOST_TIMEOUTS = 6;
const DUPLICATES_FOR_LOSS = 3;

/** Sends an end's bytes: slow start, fast recovery by NewReno or SACK, timeouts, window probes (RFC 5681, 6298, 6582, 6675). */
export class SendingHalf {
  readonly #plan: EndPlan;
  readonly #around: SendingSurroundings;
  #una = 1;
  #next = 1;
  #written = 0;
  #closed = false;
  #window = 0;
  #segments: number;
  #threshold = Number.POSITIVE_INFINITY;
  #sent: Sent[] = [];
  #duplicates = 0;
  /** End of what was out when fast recovery began, and what was sent again in it. */
  #recover: number | null = null;
  #repaired = new Set<number>();
  /** After a timeout: what was out is sent again, from `#redo` on. */
  #redo = 0;
  #redoUntil = 0;
  #timeouts = 0;
  #timer = 0;
  #timerRuns = false;
  #probeTimerRuns = false;
  #probes = 0;

  constructor(plan: EndPlan, around: SendingSurroundings) {
    this.#plan = plan;
    this.#around = around;
    this.#segments = plan.firstWindowSegments;
  }

  get next(): number {
    return this.#next;
  }

  get isDone(): boolean {
    return this.#closed && this.#una === this.#written + 2;
  }

  get isQuiet(): boolean {
    return this.#una === this.#next;
  }

  write(bytes: number): void {
    this.#written += bytes;
    this.#go();
  }

  close(): void {
    this.#closed = true;
    this.#go();
  }

  offered(window: number): void {
    this.#window = window;
  }

  takeAck(segment: TransferSegment): void {
    const acknowledgement = segment.acknowledgement ?? 0;
    const isBare = segment.payloadBytes === 0 && !segment.fin;
    const before = this.#window;
    this.#window = segment.window;
    if (acknowledgement > this.#una) this.#advance(acknowledgement, segment);
    else if (acknowledgement === this.#una && this.#next > this.#una && isBare && before === this.#window) {
      this.#takeDuplicate(segment);
    }
    if (this.#window > 0) this.#probes = 0;
    this.#go();
  }

  #advance(acknowledgement: number, segment: TransferSegment): void {
    this.#una = acknowledgement;
    this.#next = Math.max(this.#next, acknowledgement);
    this.#sent = this.#sent.filter(({ to }) => to > acknowledgement);
    this.#duplicates = 0;
    this.#timeouts = 0;
    this.#timer++;
    this.#timerRuns = false;
    this.#redo = Math.max(this.#redo, acknowledgement);
    if (this.#recover === null) this.#segments += this.#segments < this.#threshold ? 1 : 1 / this.#segments;
    else if (acknowledgement >= this.#recover) {
      this.#recover = null;
      this.#segments = this.#threshold;
    } else this.#repair(segment, true);
  }

  #takeDuplicate(segment: TransferSegment): void {
    this.#duplicates++;
    if (this.#recover !== null) {
      this.#segments++;
      if (this.#plan.sack) this.#repair(segment, false);
      return;
    }
    if (this.#duplicates < DUPLICATES_FOR_LOSS || this.#redo < this.#redoUntil) return;
    this.#recover = this.#next;
    this.#repaired = new Set();
    this.#threshold = Math.max(2, Math.floor(this.#segments / 2));
    this.#segments = this.#threshold + DUPLICATES_FOR_LOSS;
    this.#repair(segment, true);
  }

  /** NewReno sends the first unacknowledged segment again, SACK whatever lies three segments below what has arrived. */
  #repair({ sacked }: TransferSegment, isFirst: boolean): void {
    const highest = Math.max(0, ...sacked.map(({ to }) => to));
    const isSacked = (sent: Sent) => sacked.some(({ from, to }) => from <= sent.from && sent.to <= to);
    for (const [index, sent] of this.#sent.entries()) {
      const isLost =
        (isFirst && index === 0) ||
        (this.#plan.sack && !isSacked(sent) && sent.to <= highest - 2 * this.#around.mss);
      if (!isLost || this.#repaired.has(sent.from) || sent.from >= (this.#recover ?? 0)) continue;
      this.#repaired.add(sent.from);
      this.#send(sent, 'fast');
    }
  }

  #go(): void {
    while (this.#redo < this.#redoUntil && this.#redo - this.#una < this.#segments * this.#around.mss) {
      const sent = this.#sent.find(({ to }) => to > this.#redo);
      if (sent === undefined || sent.from >= this.#redoUntil) break;
      this.#redo = sent.to;
      this.#send(sent, 'timeout');
    }
    while (this.#sendNew());
    if (this.#window === 0 && this.#next <= this.#written && this.#una === this.#next) this.#probeLater();
  }

  #sendNew(): boolean {
    const { mss } = this.#around;
    const room = Math.min(this.#window, Math.floor(this.#segments) * mss) - (this.#next - this.#una);
    const left = this.#written + 1 - this.#next;
    const payload = Math.min(left, mss, room);
    const isWorthIt = payload === mss || payload === left || this.#una === this.#next;
    if (left > 0 && (payload <= 0 || !isWorthIt)) return false;
    const fin = this.#closed && payload === left;
    if (left <= 0 && (!fin || this.#next > this.#written + 1)) return false;
    const sent = { from: this.#next, to: this.#next + payload + (fin ? 1 : 0), fin };
    this.#next = sent.to;
    this.#sent.push(sent);
    this.#send(sent, 'once');
    return true;
  }

  #send({ from, to, fin }: Sent, sentFor: SentFor): void {
    this.#around.send(from, to - from - (fin ? 1 : 0), fin, sentFor);
    if (!this.#timerRuns) this.#startTimer();
  }

  #startTimer(): void {
    this.#timerRuns = true;
    const timer = ++this.#timer;
    this.#around.in(this.#around.rtoMs * 2 ** this.#timeouts, () => {
      if (timer === this.#timer) this.#timeOut();
    });
  }

  #timeOut(): void {
    this.#timerRuns = false;
    if (this.#sent.length === 0) return;
    if (++this.#timeouts > MOST_TIMEOUTS) {
      this.#around.giveUp();
      return;
    }
    this.#threshold = Math.max(2, Math.floor((this.#next - this.#una) / this.#around.mss / 2));
    this.#segments = 1;
    this.#recover = null;
    this.#duplicates = 0;
    this.#redo = this.#una;
    this.#redoUntil = this.#next;
    this.#go();
  }

  #probeLater(): void {
    if (this.#probeTimerRuns) return;
    this.#probeTimerRuns = true;
    this.#around.in(this.#around.rtoMs * 2 ** Math.min(this.#probes, 4), () => {
      this.#probeTimerRuns = false;
      if (this.#window > 0 || this.#una !== this.#next || this.#next > this.#written) return;
      this.#probes++;
      if (this.#plan.windowProbe === 'empty') this.#around.send(this.#una - 1, 0, false, 'window-probe');
      else this.#around.send(this.#next, 1, false, 'window-probe');
      this.#probeLater();
    });
  }
}
