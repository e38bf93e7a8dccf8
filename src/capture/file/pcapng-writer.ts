/**
 * Writes one section of a pcapng file (draft-ietf-opsawg-pcapng), little-endian, times in nanoseconds. Blocks collect in a buffer
 * and are handed to `write` many at a time; every chunk ends at the end of a block, so a file cut between two chunks is whole.
 */
export interface PcapngSection {
  /** Who writes it: "halfopen 1.2.3". */
  readonly application: string;
  /** Which system it was captured on. */
  readonly os: string;
  /** LINKTYPE_... of every interface; libpcap refuses files whose interfaces differ in it or in the snap length. */
  readonly linkType: number;
  /** The most that is kept of a packet, link header included. */
  readonly snapBytes: number;
}

/** A moment, as seconds since 1970 (0 to 2^32 - 1) and 0 to 999,999,999 nanoseconds. */
export interface PcapngTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** What an Interface Statistics Block says; what is left out is not known. */
export interface PcapngStatistics {
  readonly received: number;
  readonly droppedByInterface?: number;
  /** Packets that the capturing system had no room for. */
  readonly droppedByOs?: number;
  readonly comment?: string;
}

/** epb_flags: 01 inbound and 10 outbound in bits 0 and 1, the kind of reception in bits 2 to 4. */
export const pcapngFlags = {
  inbound: 1,
  outbound: 2,
  unicast: 1 << 2,
  multicast: 2 << 2,
  broadcast: 3 << 2,
} as const;

const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const INTERFACE_DESCRIPTION = 1;
const INTERFACE_STATISTICS = 5;
const ENHANCED_PACKET = 6;

const OPT_COMMENT = 1;
const SHB_OS = 3;
const SHB_USERAPPL = 4;
const IF_NAME = 2;
const IF_TSRESOL = 9;
const EPB_FLAGS = 2;
const ISB_STARTTIME = 2;
const ISB_ENDTIME = 3;
const ISB_IFRECV = 4;
const ISB_IFDROP = 5;
const ISB_OSDROP = 7;

const PACKET_HEADER_BYTES = 28;
/** epb_flags, opt_endofopt and the block's length once more. */
const PACKET_TRAILER_BYTES = 8 + 4 + 4;
const CHUNK_BYTES = 1024 * 1024;
/** Above this, the engine's own copying is faster than a loop, whatever the view it needs costs. */
const LOOP_COPIES_BYTES = 512;

export class PcapngWriter {
  readonly #section: PcapngSection;
  readonly #write: (chunk: Uint8Array) => void;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #used = 0;
  #flushed = 0;
  #interfaces = 0;
  /** The second last written, in nanoseconds since 1970: two 32-bit halves. */
  #second = -1;
  #secondHigh = 0;
  #secondLow = 0;

  /** `write` must take the chunk at once: its memory is used again. What it throws passes through. */
  constructor(section: PcapngSection, write: (chunk: Uint8Array) => void) {
    this.#section = section;
    this.#write = write;
    this.#bytes = new Uint8Array(CHUNK_BYTES + packetBytes(section.snapBytes));
    this.#view = new DataView(this.#bytes.buffer);
    const header = new Uint8Array(16);
    const view = new DataView(header.buffer);
    view.setUint32(0, BYTE_ORDER_MAGIC, true);
    view.setUint16(4, 1, true); // version 1.0
    view.setBigInt64(8, -1n, true); // The section ends where the file does.
    const { os, application } = section;
    this.#add(block(SECTION_HEADER, header, [textOption(SHB_OS, os), textOption(SHB_USERAPPL, application)]));
  }

  /** Of the section so far, whether handed over or not. */
  get bytes(): number {
    return this.#flushed + this.#used;
  }

  /** Gives the number by which packets name it; an interface may be added at any time before its first packet. */
  addInterface(name: string): number {
    const body = new Uint8Array(8);
    const view = new DataView(body.buffer);
    view.setUint16(0, this.#section.linkType, true);
    view.setUint32(4, this.#section.snapBytes, true);
    const nanoseconds = option(IF_TSRESOL, Uint8Array.of(9));
    this.#add(block(INTERFACE_DESCRIPTION, body, [textOption(IF_NAME, name), nanoseconds]));
    return this.#interfaces++;
  }

  /**
   * An Enhanced Packet Block of the first `headerBytes` (a multiple of 4) of `header`, the link header, and of `capturedBytes` of
   * `bytes` and `view`, which show the same memory, from `at` on. `wireBytes` does not count the link header.
   */
  packet(
    interfaceNumber: number,
    seconds: number,
    nanoseconds: number,
    flags: number,
    header: DataView,
    headerBytes: number,
    bytes: Uint8Array,
    view: DataView,
    at: number,
    capturedBytes: number,
    wireBytes: number,
  ): void {
    const to = this.#view;
    const start = this.#used;
    const length = packetBytes(headerBytes + capturedBytes);
    if (seconds !== this.#second) this.#setSecond(seconds);
    const low = this.#secondLow + nanoseconds;
    to.setUint32(start, ENHANCED_PACKET, true);
    to.setUint32(start + 4, length, true);
    to.setUint32(start + 8, interfaceNumber, true);
    to.setUint32(start + 12, low >= 2 ** 32 ? this.#secondHigh + 1 : this.#secondHigh, true);
    to.setUint32(start + 16, low >= 2 ** 32 ? low - 2 ** 32 : low, true);
    to.setUint32(start + 20, headerBytes + capturedBytes, true);
    to.setUint32(start + 24, headerBytes + wireBytes, true);
    const data = start + PACKET_HEADER_BYTES;
    for (let i = 0; i < headerBytes; i += 4) to.setInt32(data + i, header.getInt32(i, true), true);
    this.#copy(bytes, view, at, capturedBytes, data + headerBytes);
    const end = start + length;
    to.setUint32(end - 16, EPB_FLAGS | (4 << 16), true);
    to.setUint32(end - 12, flags, true);
    to.setUint32(end - 8, 0, true); // opt_endofopt
    to.setUint32(end - 4, length, true);
    this.#used = end;
    if (end >= CHUNK_BYTES) this.flush();
  }

  /** Hands over what is in the buffer. */
  flush(): void {
    if (this.#used === 0) return;
    this.#write(this.#bytes.subarray(0, this.#used));
    this.#flushed += this.#used;
    this.#used = 0;
  }

  /** Ends the section: what is known of each interface, in their order, over the time between `from` and `to`. */
  end(statistics: readonly PcapngStatistics[], from: PcapngTime, to: PcapngTime): void {
    statistics.forEach((each, number) => {
      this.#add(statisticsBlock(number, each, from, to));
    });
    this.flush();
  }

  #add(bytes: Uint8Array): void {
    if (this.#used + bytes.length > CHUNK_BYTES) this.flush();
    this.#bytes.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  #copy(bytes: Uint8Array, view: DataView, at: number, count: number, to: number): void {
    const target = this.#view;
    let i = 0;
    if (count > LOOP_COPIES_BYTES) {
      this.#bytes.set(bytes.subarray(at, at + count), to);
      i = count;
    }
    for (const whole = count & ~3; i < whole; i += 4)
      target.setInt32(to + i, view.getInt32(at + i, true), true);
    for (; i < count; i++) target.setUint8(to + i, view.getUint8(at + i));
    for (; (i & 3) !== 0; i++) target.setUint8(to + i, 0);
  }

  #setSecond(seconds: number): void {
    this.#second = seconds;
    [this.#secondHigh, this.#secondLow] = inNanoseconds({ seconds, nanoseconds: 0 });
  }
}

/** How many bytes a packet takes in the file of which `capturedBytes` are kept, link header included. */
export function packetBytes(capturedBytes: number): number {
  return PACKET_HEADER_BYTES + padded(capturedBytes) + PACKET_TRAILER_BYTES;
}

function padded(bytes: number): number {
  return (bytes + 3) & ~3;
}

/** High and low 32 bits of a product that has more bits than a number keeps: the seconds are taken in two halves. */
function inNanoseconds({ seconds, nanoseconds }: PcapngTime): [high: number, low: number] {
  const upper = Math.floor(seconds / 2 ** 16) * 1e9;
  const lower = (seconds % 2 ** 16) * 1e9 + (upper % 2 ** 16) * 2 ** 16 + nanoseconds;
  return [Math.floor(upper / 2 ** 16) + Math.floor(lower / 2 ** 32), lower % 2 ** 32];
}

function statisticsBlock(
  number: number,
  { received, droppedByInterface, droppedByOs, comment }: PcapngStatistics,
  from: PcapngTime,
  to: PcapngTime,
): Uint8Array {
  const body = new Uint8Array(12);
  const view = new DataView(body.buffer);
  view.setUint32(0, number, true);
  body.set(timeBytes(to), 4);
  return block(INTERFACE_STATISTICS, body, [
    ...(comment === undefined ? [] : [textOption(OPT_COMMENT, comment)]),
    option(ISB_STARTTIME, timeBytes(from)),
    option(ISB_ENDTIME, timeBytes(to)),
    countOption(ISB_IFRECV, received),
    ...(droppedByInterface === undefined ? [] : [countOption(ISB_IFDROP, droppedByInterface)]),
    ...(droppedByOs === undefined ? [] : [countOption(ISB_OSDROP, droppedByOs)]),
  ]);
}

function timeBytes(time: PcapngTime): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  inNanoseconds(time).forEach((half, index) => {
    view.setUint32(4 * index, half, true);
  });
  return bytes;
}

function countOption(code: number, count: number): Uint8Array {
  const value = new Uint8Array(8);
  new DataView(value.buffer).setBigUint64(0, BigInt(count), true);
  return option(code, value);
}

/** UTF-8; cut at 1,000 bytes, since an option's length has 16 bits and no name is longer. */
function textOption(code: number, text: string): Uint8Array {
  const bytes = new Uint8Array(1000);
  const { written } = new TextEncoder().encodeInto(text, bytes);
  return option(code, bytes.subarray(0, written));
}

function option(code: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + padded(value.length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, code, true);
  view.setUint16(2, value.length, true);
  bytes.set(value, 4);
  return bytes;
}

const END_OF_OPTIONS = new Uint8Array(4);

function block(type: number, body: Uint8Array, options: readonly Uint8Array[]): Uint8Array {
  const parts = [body, ...options, END_OF_OPTIONS];
  const length = parts.reduce((sum, part) => sum + part.length, 12);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, length, true);
  let at = 8;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  view.setUint32(at, length, true);
  return bytes;
}
