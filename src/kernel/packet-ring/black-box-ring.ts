import { ok, type Reading } from '../../tcp/reading.ts';
import type { RingPacket } from './packet-ring.ts';
import { closeRingSocket, openRingSocket, type RingSocket, takeRingStatistics } from './ring-socket.ts';
import { tcpFilter } from './tcp-filter.ts';
import {
  ARPHRD_LOOPBACK,
  BLOCK_FIRST_PACKET,
  BLOCK_LAST_SECONDS,
  BLOCK_PACKETS,
  BLOCK_SEQUENCE,
  BLOCK_STATUS,
  DATA_OFFSET,
  HARDWARE_TYPE,
  INTERFACE_INDEX,
  NANOSECONDS,
  NEXT_OFFSET,
  PACKET_OUTGOING,
  PACKET_TYPE,
  SECONDS,
  SNAPPED_BYTES,
  TP_STATUS_KERNEL,
  TP_STATUS_USER,
  WIRE_BYTES,
} from './tpacket-layout.ts';

/** SYN, FIN, RST with all their options; payload is not wanted. */
const SNAP_BYTES = 128;
const BLOCK_BYTES = 64 * 1024;
const LEAST_BLOCKS = 4;
/** A block that is not full stays open so long: few packets must not use up the ring. Nobody waits for it, see `visit`. */
const RETIRE_AFTER_MS = 20_000;
/** From this share of the ring on, the oldest blocks are given back. */
const FULL_SHARE = 0.75;

/**
 * The last SYN, FIN and RST segments of a namespace, kept by the kernel in a TPACKET_V3 ring that nobody reads until something has
 * happened: without an incident it costs what the kernel's copying costs. Blocks are given back to the kernel, oldest first, only when the
 * ring is three quarters full.
 */
export class BlackBoxRing implements Disposable {
  readonly #socket: RingSocket;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #halves: Uint16Array;
  readonly #blocks: number;
  /** The oldest block that is not given back. */
  #oldest = 0;
  #closed = false;
  #dropped = 0;

  private constructor(socket: RingSocket) {
    this.#socket = socket;
    this.#words = new Int32Array(socket.memory);
    this.#halves = new Uint16Array(socket.memory);
    this.#bytes = new Uint8Array(socket.memory);
    this.#blocks = socket.memory.byteLength / socket.blockBytes;
  }

  /** `bytes`: kernel memory, at least four blocks of 64 KiB. */
  static open(namespacePath: string | null, bytes: number): Reading<BlackBoxRing> {
    const socket = openRingSocket({
      namespacePath,
      filter: tcpFilter({ snapBytes: SNAP_BYTES }),
      blocks: Math.max(LEAST_BLOCKS, Math.floor(bytes / BLOCK_BYTES)),
      blockBytes: BLOCK_BYTES,
      retireAfterMs: RETIRE_AFTER_MS,
      interfaceIndex: 0,
    });
    return socket.status === 'ok' ? ok(new BlackBoxRing(socket.value)) : socket;
  }

  /** To be called a few times a second; cheap. */
  makeRoom(): void {
    if (this.#closed) return;
    const fullAt = Math.floor(this.#blocks * FULL_SHARE) - 1;
    while (this.#isHandedOver(this.#oldest) && this.#isHandedOver((this.#oldest + fullAt) % this.#blocks)) {
      Atomics.store(this.#words, this.#statusAt(this.#oldest), TP_STATUS_KERNEL);
      this.#oldest = (this.#oldest + 1) % this.#blocks;
    }
  }

  /**
   * Shows the packets after `afterUs` (microseconds since 1970), oldest first, at most `most` of the newest; they stay in the ring. Those of
   * the block that the kernel is still filling as well: each is counted before it is copied (tpacket_rcv()), so that the very last may show
   * what was there before; its time gives it away.
   */
  visit(afterUs: number, most: number, visit: (packet: RingPacket) => void): void {
    if (this.#closed) return;
    const counts = this.#countsAfter(afterUs);
    let skip = Math.max(0, counts.reduce((sum, [, count]) => sum + count, 0) - most);
    for (const [block, count] of counts) {
      if (skip >= count) {
        skip -= count;
        continue;
      }
      this.#visitBlock(block, count, afterUs, (packet) => {
        if (skip > 0) skip--;
        else visit(packet);
      });
    }
  }

  /** Blocks that have packets of that time or later, with how many packets they hold. */
  #countsAfter(afterUs: number): (readonly [block: number, packets: number])[] {
    const counts: (readonly [number, number])[] = [];
    let sequence = -1;
    for (let i = 0; i < this.#blocks; i++) {
      const block = (this.#oldest + i) % this.#blocks;
      const word = (block * BLOCK_BYTES) / 4;
      const isOpen = !this.#isHandedOver(block);
      const own = this.#words[word + BLOCK_SEQUENCE / 4] ?? 0;
      // Given back, but not begun anew: what it holds is older than all.
      if (isOpen && own <= sequence) break;
      sequence = own;
      const packets = this.#words[word + BLOCK_PACKETS / 4] ?? 0;
      const lastSeconds = this.#words[word + BLOCK_LAST_SECONDS / 4] ?? 0;
      if (packets > 0 && (isOpen || (lastSeconds + 1) * 1e6 >= afterUs)) counts.push([block, packets]);
      if (isOpen) break;
    }
    return counts;
  }

  #visitBlock(block: number, packets: number, afterUs: number, visit: (packet: RingPacket) => void): void {
    const start = block * BLOCK_BYTES;
    let at = start + (this.#words[(start + BLOCK_FIRST_PACKET) / 4] ?? 0);
    for (let seen = 0; seen < packets && at + 96 < start + BLOCK_BYTES; seen++) {
      const packet = this.#packetAt(at, start + BLOCK_BYTES);
      if (packet !== undefined && packet.timestampUs > afterUs) visit(packet);
      const next = this.#words[(at + NEXT_OFFSET) / 4] ?? 0;
      if (next <= 0) break;
      at += next;
    }
  }

  /** Undefined for the copy that loopback shows of a packet being sent. The bytes are a copy. */
  #packetAt(at: number, end: number): RingPacket | undefined {
    const word = at / 4;
    const outgoing = this.#bytes[at + PACKET_TYPE] === PACKET_OUTGOING;
    const loopback = this.#halves[(at + HARDWARE_TYPE) / 2] === ARPHRD_LOOPBACK;
    if (outgoing && loopback) return undefined;
    const dataAt = at + (this.#halves[(at + DATA_OFFSET) / 2] ?? 0);
    const length = this.#words[word + SNAPPED_BYTES / 4] ?? 0;
    if (length <= 0 || length > SNAP_BYTES || dataAt + length > end) return undefined;
    return {
      timestampUs:
        (this.#words[word + SECONDS / 4] ?? 0) * 1e6 +
        Math.floor((this.#words[word + NANOSECONDS / 4] ?? 0) / 1000),
      outgoing,
      loopback,
      interfaceIndex: this.#words[word + INTERFACE_INDEX / 4] ?? 0,
      originalBytes: this.#words[word + WIRE_BYTES / 4] ?? 0,
      bytes: this.#bytes.slice(dataAt, dataAt + length),
    };
  }

  #isHandedOver(block: number): boolean {
    return (Atomics.load(this.#words, this.#statusAt(block)) & TP_STATUS_USER) !== 0;
  }

  #statusAt(block: number): number {
    return (block * BLOCK_BYTES + BLOCK_STATUS) / 4;
  }

  /** Packets that the ring had no room for, since it was opened. */
  dropped(): number {
    if (!this.#closed) this.#dropped += takeRingStatistics(this.#socket).dropped;
    return this.#dropped;
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    closeRingSocket(this.#socket);
  }
}
