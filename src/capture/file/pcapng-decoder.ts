import { formatCount } from '../../base/units.ts';
import type { FrameSink } from './frame-sink.ts';
import { pcapngBlocks } from './pcapng-blocks.ts';
import { type PcapngInterface, readPcapngInterface } from './pcapng-interface.ts';
import { PcapngSummary } from './pcapng-summary.ts';
import { recordBounds } from './record-bounds.ts';
import type { CaptureFileDetails, RecordDecoder } from './record-decoder.ts';

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** Type, length, and the length again; a section header tells its byte order within as many. */
const FRAMING_BYTES = 12;
const TRAILER_BYTES = 4;
const SECTION_VERSION_ENDS_AT = 16;
/** Before the data of an enhanced packet, and of its predecessor. */
const PACKET_HEADER_BYTES = 28;
const SIMPLE_HEADER_BYTES = 12;
const MOST_INTERFACES = 65_536;

/** The blocks of a pcapng file (draft-ietf-opsawg-pcapng), from its first section header on. */
export class PcapngDecoder implements RecordDecoder {
  frames = 0;
  because: string | null = null;
  wanted = FRAMING_BYTES;
  taken = 0;
  readonly #sink: FrameSink;
  readonly #summary = new PcapngSummary();
  #littleEndian = false;
  #interfaces: PcapngInterface[] = [];
  /** Length of the block being skipped; 0: none is. */
  #skipping = 0;
  #seconds = 0;
  #nanoseconds = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  decode(bytes: Uint8Array, view: DataView, end: number): number {
    this.#sink.bulk?.begin(bytes, end);
    let at = this.#skipping > 0 ? this.#skip(view, 0, end) : 0;
    while (this.#skipping === 0 && this.because === null) {
      this.wanted = FRAMING_BYTES;
      if (end - at < FRAMING_BYTES) break;
      const type = view.getUint32(at, this.#littleEndian);
      if (type === pcapngBlocks.sectionHeader) {
        if (!this.#beginSection(view, at, end)) break;
      }
      const total = view.getUint32(at + 4, this.#littleEndian);
      if (!this.#isSound(type, total)) break;
      if (!isKept(type, total)) {
        this.#skipping = total;
        at = this.#skip(view, at, end);
      } else if (total > end - at) {
        this.wanted = total;
        break;
      } else if (this.#endsAsItBegan(view, at + total - TRAILER_BYTES, total)) {
        this.#read(type, bytes, view, at, total);
        if (this.because === null) at += total;
      }
    }
    return at;
  }

  details(): CaptureFileDetails {
    return this.#summary.details();
  }

  /** The byte order from here on, interfaces from 0 again. False: not yet, or not a section. */
  #beginSection(view: DataView, at: number, end: number): boolean {
    const littleEndian = view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC;
    if (!littleEndian && view.getUint32(at + 8) !== BYTE_ORDER_MAGIC) {
      this.because = `byte-order magic 0x${view
        .getUint32(at + 8)
        .toString(16)
        .padStart(8, '0')} of a section`;
      return false;
    }
    if (end - at < SECTION_VERSION_ENDS_AT) {
      this.wanted = SECTION_VERSION_ENDS_AT;
      return false;
    }
    const major = view.getUint16(at + 12, littleEndian);
    if (major !== 1) {
      this.because = `section of pcapng version ${major}.${view.getUint16(at + 14, littleEndian)}`;
      return false;
    }
    this.#littleEndian = littleEndian;
    this.#interfaces = [];
    this.#summary.beginSection();
    return true;
  }

  #isSound(type: number, total: number): boolean {
    const least = leastBytes(type);
    if (total % 4 !== 0) this.because = `block length ${formatCount(total)}, not a multiple of four`;
    else if (total < least) this.because = `block length ${formatCount(total)}, less than ${least}`;
    else if (isPacket(type) && total > recordBounds.mostRecordBytes) {
      this.because = `packet block of ${formatCount(total)} bytes`;
    }
    return this.because === null;
  }

  /** Takes what is there of the block being skipped, which began `taken` bytes before `at`, and its trailing length in one piece. */
  #skip(view: DataView, at: number, end: number): number {
    const step = Math.min(this.#skipping - TRAILER_BYTES - this.taken, end - at);
    const trailerAt = at + step;
    this.taken += step;
    this.wanted = TRAILER_BYTES;
    if (this.taken < this.#skipping - TRAILER_BYTES || end - trailerAt < TRAILER_BYTES) return trailerAt;
    if (!this.#endsAsItBegan(view, trailerAt, this.#skipping)) return trailerAt;
    this.taken = 0;
    this.#skipping = 0;
    return trailerAt + TRAILER_BYTES;
  }

  #endsAsItBegan(view: DataView, trailerAt: number, total: number): boolean {
    const trailer = view.getUint32(trailerAt, this.#littleEndian);
    if (trailer === total) return true;
    this.because = `block length ${formatCount(total)} at its start, ${formatCount(trailer)} at its end`;
    return false;
  }

  #read(type: number, bytes: Uint8Array, view: DataView, at: number, total: number): void {
    const end = at + total - TRAILER_BYTES;
    if (type === pcapngBlocks.enhancedPacket) {
      this.#packet(bytes, view, at, end, view.getUint32(at + 8, this.#littleEndian));
    } else if (type === pcapngBlocks.simplePacket) {
      this.#simplePacket(bytes, view, at, end);
    } else if (type === pcapngBlocks.packet) {
      this.#packet(bytes, view, at, end, view.getUint16(at + 8, this.#littleEndian));
    } else if (type === pcapngBlocks.interfaceDescription) {
      this.#describeInterface(bytes, view, at, end);
    } else {
      this.#summary.addStatistics(view, at, end, this.#littleEndian);
    }
  }

  #packet(bytes: Uint8Array, view: DataView, at: number, end: number, interfaceId: number): void {
    const from = this.#interfaceOf(interfaceId);
    if (from === null) return;
    const captured = view.getUint32(at + 20, this.#littleEndian);
    if (captured > end - at - PACKET_HEADER_BYTES) {
      this.because = `captured length ${formatCount(captured)} in a block of ${formatCount(end + TRAILER_BYTES - at)} bytes`;
      return;
    }
    const { clock } = from;
    clock.read(view.getUint32(at + 12, this.#littleEndian), view.getUint32(at + 16, this.#littleEndian));
    this.#seconds = clock.seconds;
    this.#nanoseconds = clock.nanoseconds;
    const wire = view.getUint32(at + 24, this.#littleEndian);
    this.#give(bytes, view, at + PACKET_HEADER_BYTES, captured, wire, from.linkType);
  }

  /** Has no timestamp, and no captured length: what the snap length and the block leave of it (section 4.4). */
  #simplePacket(bytes: Uint8Array, view: DataView, at: number, end: number): void {
    const from = this.#interfaceOf(0);
    if (from === null) return;
    const wire = view.getUint32(at + 8, this.#littleEndian);
    const snapLength = from.snapLength === 0 ? wire : from.snapLength;
    const captured = Math.min(wire, snapLength, end - at - SIMPLE_HEADER_BYTES);
    // The packet before it is as near as its time can be known.
    this.#give(bytes, view, at + SIMPLE_HEADER_BYTES, captured, wire, from.linkType);
  }

  #give(
    bytes: Uint8Array,
    view: DataView,
    at: number,
    captured: number,
    wire: number,
    linkType: number,
  ): void {
    this.frames += 1;
    const wireBytes = wire < captured ? captured : wire;
    this.#sink.frame(bytes, view, at, captured, wireBytes, this.#seconds, this.#nanoseconds, linkType);
  }

  #interfaceOf(id: number): PcapngInterface | null {
    const from = this.#interfaces[id];
    if (from !== undefined) return from;
    this.because = `packet of interface ${formatCount(id)}, which is not described before it`;
    return null;
  }

  #describeInterface(bytes: Uint8Array, view: DataView, at: number, end: number): void {
    if (this.#interfaces.length === MOST_INTERFACES) {
      this.because = `more than ${formatCount(MOST_INTERFACES)} interfaces in a section`;
      return;
    }
    const described = readPcapngInterface(bytes, view, at, end, this.#littleEndian);
    this.#interfaces.push(described);
    this.#summary.addInterface(described);
  }
}

/** The least a block of each type takes; others need nothing but their framing. */
function leastBytes(type: number): number {
  switch (type) {
    case pcapngBlocks.enhancedPacket:
    case pcapngBlocks.packet:
      return 32;
    case pcapngBlocks.simplePacket:
      return 16;
    case pcapngBlocks.sectionHeader:
      return 28;
    case pcapngBlocks.interfaceDescription:
      return 20;
    case pcapngBlocks.interfaceStatistics:
      return 24;
    default:
      return FRAMING_BYTES;
  }
}

function isPacket(type: number): boolean {
  return (
    type === pcapngBlocks.enhancedPacket || type === pcapngBlocks.simplePacket || type === pcapngBlocks.packet
  );
}

/** Whether the block is read as a whole. What is not is passed over, however much it claims to hold. */
function isKept(type: number, total: number): boolean {
  if (isPacket(type)) return true;
  const describes = type === pcapngBlocks.interfaceDescription || type === pcapngBlocks.interfaceStatistics;
  return describes && total <= recordBounds.mostRecordBytes;
}
