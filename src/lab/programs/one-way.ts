import { libc } from '../../kernel/ffi.ts';
import type { LinkCounts, OneWayConditions } from '../link-conditions.ts';
import { randomNumbers } from '../random.ts';
import { DelayQueue } from './delay-queue.ts';
import type { LoseRules } from './lose-rules.ts';

/** With 100 ms of delay room for 160,000 packets/s. */
const queuedPackets = 16_384;
/** More than the devices' MTU of 1500. */
const slotBytes = 2048;
/** Reads in a row, before the other direction has its turn. */
const batch = 64;
const usualReorderByMs = 5;

/** One direction of the link: takes packets from one device, decides what becomes of each, and gives them to the other. */
export class OneWay {
  readonly fromFd: number;
  readonly #toFd: number;
  readonly #queue = new DelayQueue(queuedPackets, slotBytes);
  readonly #overflow = new Uint8Array(slotBytes);
  #conditions: OneWayConditions = {};
  #rules: LoseRules;
  #random: () => number;
  #order = 0;
  #latestOrder = -1;
  #latestDueAtMs = 0;
  readonly #counts = {
    received: 0,
    forwarded: 0,
    lost: 0,
    lostByRule: 0,
    duplicated: 0,
    reordered: 0,
    overflowed: 0,
    refused: 0,
  };

  constructor(fromFd: number, toFd: number, rules: LoseRules, seed: number) {
    this.fromFd = fromFd;
    this.#toFd = toFd;
    this.#rules = rules;
    this.#random = randomNumbers(seed);
  }

  setConditions(conditions: OneWayConditions): void {
    this.#conditions = conditions;
  }

  setRules(rules: LoseRules): void {
    this.#rules = rules;
  }

  setSeed(seed: number): void {
    this.#random = randomNumbers(seed);
  }

  get nextDueAtMs(): number {
    return this.#queue.nextDueAtMs;
  }

  counts(): LinkCounts {
    return { ...this.#counts, waiting: this.#queue.waiting };
  }

  /** Reads what has come; true when there may be more. */
  receive(): boolean {
    const nowMs = performance.now();
    for (let i = 0; i < batch; i++) {
      const slot = this.#queue.freeSlot();
      const buffer = this.#queue.buffers[slot] ?? this.#overflow;
      const bytes = libc().call.read(this.fromFd, buffer, slotBytes) as number;
      if (bytes <= 0) return false;
      this.#counts.received++;
      if (slot < 0) this.#counts.overflowed++;
      else this.#decide(slot, buffer, bytes, nowMs);
    }
    return true;
  }

  /** Gives on what is due. */
  forward(): void {
    const nowMs = performance.now();
    while (this.#queue.nextDueAtMs <= nowMs) {
      const { slot, bytes, order } = this.#queue.take();
      if (libc().call.write(this.#toFd, this.#queue.buffers[slot], bytes) < 0) {
        this.#counts.refused++;
        continue;
      }
      this.#counts.forwarded++;
      if (order < this.#latestOrder) this.#counts.reordered++;
      else this.#latestOrder = order;
    }
  }

  /** Always draws the same four numbers, so that one condition does not change which packets another one hits. */
  #decide(slot: number, buffer: Uint8Array, bytes: number, nowMs: number): void {
    const { delayMs = 0, jitterMs = 0, reorderByMs = usualReorderByMs, black } = this.#conditions;
    const isLost = this.#happens(this.#conditions.lossPercent);
    const isDoubled = this.#happens(this.#conditions.duplicatePercent);
    const isHeldBack = this.#happens(this.#conditions.reorderPercent);
    const addedMs = jitterMs * (this.#random() / 2 ** 32);
    if (this.#rules.loses(buffer.subarray(0, bytes))) {
      this.#counts.lostByRule++;
      return;
    }
    if (isLost || black) {
      this.#counts.lost++;
      return;
    }
    const dueAtMs = Math.max(nowMs + delayMs + addedMs, this.#latestDueAtMs);
    if (!isHeldBack) this.#latestDueAtMs = dueAtMs;
    const leavesAtMs = isHeldBack ? dueAtMs + reorderByMs : dueAtMs;
    this.#queue.add(slot, bytes, leavesAtMs, this.#order++);
    if (isDoubled) this.#double(buffer, bytes, leavesAtMs);
  }

  #double(buffer: Uint8Array, bytes: number, dueAtMs: number): void {
    this.#counts.duplicated++;
    const slot = this.#queue.freeSlot();
    const copy = this.#queue.buffers[slot];
    if (copy === undefined) {
      this.#counts.overflowed++;
      return;
    }
    copy.set(buffer.subarray(0, bytes));
    this.#queue.add(slot, bytes, dueAtMs, this.#order++);
  }

  #happens(percent = 0): boolean {
    return this.#random() < (percent / 100) * 2 ** 32;
  }
}
