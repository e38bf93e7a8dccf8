import os from 'node:os';
import { decodeSegment } from '../../../capture/decode-segment.ts';
import { HandshakeTable } from '../../../capture/handshake-table.ts';
import { BlackBoxRing } from '../../../kernel/packet-ring/black-box-ring.ts';
import type { RingPacket } from '../../../kernel/packet-ring/packet-ring.ts';
import type { PacketSample } from '../../../tcp/observation.ts';
import { absent, explainMissing, mapReading, type Reading } from '../../../tcp/reading.ts';
import type { BlackBoxNote } from '../../../tcp/recording/incident-detail.ts';
import type { NamespaceAccess } from '../../observe/namespace-access.ts';
import { type BlackBoxFacts, blackBoxFile } from './black-box-file.ts';

/** Before and after the opening of an incident. */
export const BEFORE_MS = 10_000;
export const AFTER_MS = 10_000;
/** Of an incident's file; packets are at most 128 bytes and their frame 56. */
const MOST_PACKETS = 40_000;
/** Decoding one takes some microseconds. */
const MOST_JUDGED = 10_000;

/** The ring of one namespace. The caller closes it. */
export class BlackBox implements Disposable {
  readonly #ring: Reading<BlackBoxRing>;
  /** Up to the last sample. */
  #droppedBefore = 0;

  /** `bytes` 0: none is wanted. */
  constructor(access: NamespaceAccess, bytes: number) {
    this.#ring =
      bytes === 0
        ? absent('black box', 'switched off')
        : access.enterable
          ? BlackBoxRing.open(access.path, bytes)
          : absent('black box', 'this network namespace cannot be entered');
  }

  get missing(): string | undefined {
    return this.#ring.status === 'ok' ? undefined : explainMissing(this.#ring);
  }

  makeRoom(): void {
    if (this.#ring.status === 'ok') this.#ring.value.makeRoom();
  }

  /** What the rules know as a sample of packets: all SYN, FIN and RST since `fromAtMs`, as far as the ring still has them. */
  sampleSince(fromAtMs: number, toAtMs: number): Reading<PacketSample> {
    return mapReading(this.#ring, (ring) => {
      const table = new HandshakeTable({ fromMs: fromAtMs });
      let packets = 0;
      let firstUs = toAtMs * 1000;
      ring.visit(fromAtMs * 1000, MOST_JUDGED, (packet) => {
        packets++;
        firstUs = Math.min(firstUs, packet.timestampUs);
        const decoded = decodeSegment(packet.bytes, packet.originalBytes);
        if (decoded) table.add(decoded, packet);
      });
      // Of many, only the newest were read: the sample begins with them.
      const beganMs = packets < MOST_JUDGED ? 0 : Math.max(0, firstUs / 1000 - fromAtMs);
      const { handshakes, handshakesNotKept, data } = table.summary();
      const dropped = ring.dropped();
      const droppedByKernel = dropped - this.#droppedBefore;
      this.#droppedBefore = dropped;
      return {
        fromMs: beganMs,
        durationMs: Math.max(1, toAtMs - fromAtMs - beganMs),
        packets,
        droppedByKernel,
        leftUnread: 0,
        handshakesNotKept,
        reason: 'the black box keeps them always',
        handshakes,
        data,
      };
    });
  }

  collect(openedAtMs: number): BlackBoxCollection {
    return new BlackBoxCollection(this.#ring, openedAtMs);
  }

  [Symbol.dispose](): void {
    if (this.#ring.status === 'ok') this.#ring.value[Symbol.dispose]();
  }
}

/** The packets of one incident, gathered while the ring goes on. */
export class BlackBoxCollection {
  readonly #ring: Reading<BlackBoxRing>;
  readonly #packets: RingPacket[] = [];
  readonly #openedAtMs: number;
  readonly #droppedBefore: number;
  #lastUs: number;

  constructor(ring: Reading<BlackBoxRing>, openedAtMs: number) {
    this.#ring = ring;
    this.#openedAtMs = openedAtMs;
    this.#lastUs = (openedAtMs - BEFORE_MS) * 1000;
    this.#droppedBefore = ring.status === 'ok' ? ring.value.dropped() : 0;
    this.take();
  }

  /** What came since the last call. */
  take(): void {
    if (this.#ring.status !== 'ok') return;
    this.#ring.value.visit(this.#lastUs, MOST_PACKETS - this.#packets.length, (packet) => {
      this.#packets.push(packet);
      this.#lastUs = Math.max(this.#lastUs, packet.timestampUs);
    });
  }

  isComplete(nowAtMs: number): boolean {
    return nowAtMs >= this.#openedAtMs + AFTER_MS || this.#packets.length >= MOST_PACKETS;
  }

  get note(): BlackBoxNote {
    if (this.#ring.status !== 'ok') return { status: 'none', why: explainMissing(this.#ring) };
    const dropped = this.#ring.value.dropped() - this.#droppedBefore;
    return { status: 'kept', packets: this.#packets.length, dropped };
  }

  /** Undefined where there is no ring. */
  file(
    about: Pick<BlackBoxFacts, 'application' | 'place' | 'title'>,
    nowAtMs: number,
  ): { readonly fromMs: number; readonly toMs: number; readonly pcapng: Uint8Array } | undefined {
    const { note } = this;
    if (note.status !== 'kept') return undefined;
    const fromMs = this.#openedAtMs - BEFORE_MS;
    const toMs = Math.min(nowAtMs, this.#openedAtMs + AFTER_MS);
    const facts = { ...about, os: `Linux ${os.release()}`, dropped: note.dropped, fromMs, toMs };
    return { fromMs, toMs, pcapng: blackBoxFile(this.#packets, facts) };
  }
}
