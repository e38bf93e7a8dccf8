import { decodeSegment } from '../../capture/decode-segment.ts';
import { HandshakeTable } from '../../capture/handshake-table.ts';
import { PacketRing } from '../../kernel/packet-ring/packet-ring.ts';
import { tcpFilter } from '../../kernel/packet-ring/tcp-filter.ts';
import type { PacketSample } from '../../tcp/observation.ts';
import { absent, type MissingReading, mapReading, type Reading } from '../../tcp/reading.ts';

/** Holds some 20,000 handshake packets; `MOST_CAPTURES` of them stay within 64 MiB. */
const RING_BYTES = 4 * 1024 * 1024;
/** Of the data segments of suspect ports, this share is looked at. */
const DATA_SHARE = 0.02;
/** The kernel's filter takes so many ports. */
const MAX_PORTS = 16;

/** Samples SYN, SYN-ACK, FIN and RST of one namespace from the moment there is a reason to. */
export class PacketWatch implements Disposable {
  readonly #namespacePath: string | null;
  readonly #table: HandshakeTable;
  #ring: Reading<PacketRing> = absent(
    'packets',
    'not captured: nothing pointed at dropped or failing connections',
  );
  #reason = '';
  #startedAtMs = 0;
  #packets = 0;

  /** `fromMs`: wall clock of the start of the window. */
  constructor(namespacePath: string | null, fromMs: number) {
    this.#namespacePath = namespacePath;
    this.#table = new HandshakeTable({ fromMs });
  }

  get running(): boolean {
    return this.#reason !== '';
  }

  /** Starts once; `ports` are those whose data segments are sampled as well. Where it may not, the reading says why. */
  start(atMs: number, reason: string, ports: readonly number[]): void {
    if (this.running) return;
    this.#reason = reason;
    this.#startedAtMs = atMs;
    const sample = { ports: ports.slice(0, MAX_PORTS), share: DATA_SHARE };
    const filter = tcpFilter(ports.length > 0 ? { sample } : {});
    this.#ring = PacketRing.open({ namespacePath: this.#namespacePath, filter, bytes: RING_BYTES });
  }

  refuse(why: string | MissingReading): void {
    if (!this.running) this.#ring = typeof why === 'string' ? absent('packets', why) : why;
  }

  /** Reads at most `budget` packets, so that a flood cannot take the observer's time as well; the ring drops the rest and counts it. */
  read(budget: number): void {
    if (this.#ring.status !== 'ok') return;
    this.#packets += this.#ring.value.read(budget, (packet) => {
      const decoded = decodeSegment(packet.bytes, packet.originalBytes);
      if (decoded) this.#table.add(decoded, packet);
    });
  }

  finish(atMs: number): Reading<PacketSample> {
    return mapReading(this.#ring, (ring) => {
      const { received, dropped } = ring.statistics();
      const { handshakes, handshakesNotKept, data } = this.#table.summary();
      return {
        fromMs: this.#startedAtMs,
        durationMs: Math.max(0, atMs - this.#startedAtMs),
        packets: this.#packets,
        droppedByKernel: dropped,
        leftUnread: Math.max(0, received - this.#packets),
        handshakesNotKept,
        reason: this.#reason,
        handshakes,
        data,
      };
    });
  }

  [Symbol.dispose](): void {
    if (this.#ring.status === 'ok') this.#ring.value.close();
  }
}
