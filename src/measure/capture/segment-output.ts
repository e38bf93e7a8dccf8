import { type ConnectionTable, field } from './connection-table.ts';
import type { FrameWriter } from './frame-writer.ts';
import { type Segment, tcpFlags } from './segment.ts';
import { traits } from './traits.ts';

const CLOCK_MASK = 0x7fff_ffff;

/** Fills in a connection's next segment, moves its sequence numbers on, writes it and counts it. */
export class SegmentOutput {
  readonly #table: ConnectionTable;
  readonly #writer: FrameWriter;
  readonly #startUs: number;
  readonly #segment: Segment = {
    ipv6: false,
    fromServer: false,
    client: 0,
    server: 0,
    clientPort: 0,
    serverPort: 0,
    ttl: 64,
    ipId: 0,
    sequence: 0,
    acknowledgement: 0,
    flags: 0,
    window: 0,
    timestamps: false,
    tsValue: 0,
    tsEcho: 0,
    payloadBytes: 0,
  };
  packets = 0;
  syns = 0;
  synRetransmissions = 0;
  synAcks = 0;
  resets = 0;
  push = 0;
  dataSegments = 0;
  payloadBytes = 0;
  wraps = 0;
  firstUs = 0;
  lastUs = 0;

  /** @param startUs since 1970, added to the times of all segments */
  constructor(table: ConnectionTable, writer: FrameWriter, startUs: number) {
    this.#table = table;
    this.#writer = writer;
    this.#startUs = startUs;
  }

  /** @param again with the sequence number of the one before */
  syn(place: number, atUs: number, again: boolean): void {
    if (again) {
      const sequence = this.#table.get(place, field.clientSequence);
      this.#table.set(place, field.clientSequence, (sequence - 1) | 0);
      if (sequence === 0) this.wraps--;
      this.synRetransmissions++;
    }
    this.client(place, atUs, tcpFlags.syn);
  }

  client(place: number, atUs: number, flags: number, payloadBytes = 0): void {
    this.#segment.fromServer = false;
    // The path of each client has its own length.
    this.#segment.ttl = 64 - 4 - (this.#table.get(place, field.client) % 16);
    this.#send(place, atUs, flags, payloadBytes);
  }

  server(place: number, atUs: number, flags: number, payloadBytes = 0): void {
    this.#segment.fromServer = true;
    this.#segment.ttl = 64;
    this.#send(place, atUs, flags, payloadBytes);
  }

  #send(place: number, atUs: number, flags: number, payloadBytes: number): void {
    const { fromServer } = this.#segment;
    this.#address(place);
    this.#stamp(place, atUs);
    const own = fromServer ? field.serverSequence : field.clientSequence;
    const other = fromServer ? field.clientSequence : field.serverSequence;
    const sequence = this.#table.get(place, own);
    const isReset = (flags & tcpFlags.rst) !== 0;
    const segment = this.#segment;
    segment.flags = flags;
    segment.payloadBytes = payloadBytes;
    // RFC 9293 section 3.10.7.1: a closed port answers with sequence number 0.
    segment.sequence = isReset ? 0 : sequence;
    segment.acknowledgement = flags & tcpFlags.ack ? this.#table.get(place, other) : 0;
    segment.window = windowOf(flags, fromServer);
    const next = (sequence + payloadBytes + (flags & (tcpFlags.syn | tcpFlags.fin) ? 1 : 0)) | 0;
    if (!isReset) this.#table.set(place, own, next);
    if (next >>> 0 < sequence >>> 0) this.wraps++;
    const us = this.#startUs + atUs;
    this.#writer.write(us, segment);
    this.#count(us, flags, payloadBytes);
  }

  #address(place: number): void {
    const segment = this.#segment;
    const table = this.#table;
    const bits = table.get(place, field.traits);
    segment.ipv6 = (bits & traits.ipv6) !== 0;
    segment.timestamps = (bits & traits.timestamps) !== 0;
    segment.client = table.get(place, field.client);
    segment.server = table.get(place, field.server);
    segment.clientPort = table.get(place, field.clientPort);
    segment.serverPort = table.get(place, field.serverPort);
    const ids = table.get(place, field.ids);
    segment.ipId = segment.fromServer ? ids >>> 16 : ids & 0xffff;
    const next = (segment.ipId + 1) & 0xffff;
    table.set(place, field.ids, segment.fromServer ? (next << 16) | (ids & 0xffff) : (ids & ~0xffff) | next);
  }

  /** RFC 7323 timestamps in milliseconds: the sender's clock now, and the last value heard from the other side. */
  #stamp(place: number, atUs: number): void {
    const { fromServer } = this.#segment;
    const clock = this.#table.get(place, fromServer ? field.serverClock : field.clientClock);
    const value = (clock + Math.floor(atUs / 1000)) & CLOCK_MASK;
    this.#segment.tsValue = value;
    this.#segment.tsEcho = this.#table.get(place, fromServer ? field.clientStamp : field.serverStamp);
    this.#table.set(place, fromServer ? field.serverStamp : field.clientStamp, value);
  }

  #count(us: number, flags: number, payloadBytes: number): void {
    if (this.packets++ === 0) this.firstUs = us;
    this.lastUs = us;
    if (flags & tcpFlags.syn) {
      if (flags & tcpFlags.ack) this.synAcks++;
      else this.syns++;
    }
    if (flags & tcpFlags.rst) this.resets++;
    if (flags & tcpFlags.psh) this.push++;
    if (payloadBytes > 0) this.dataSegments++;
    this.payloadBytes += payloadBytes;
  }
}

/** What Linux announces on an Ethernet: unscaled in SYN and SYN-ACK, of about 64 KiB with window scale 7 afterwards. */
function windowOf(flags: number, fromServer: boolean): number {
  if (flags & tcpFlags.rst) return 0;
  if (flags & tcpFlags.syn) return fromServer ? 65_160 : 64_240;
  return fromServer ? 509 : 502;
}
