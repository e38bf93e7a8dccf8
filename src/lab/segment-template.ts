import { type Segment, tcpFrame } from './tcp-frame.ts';

/** What tells one forged segment from the next. */
export type VariedSegment = Omit<Segment, 'source' | 'sourcePort' | 'sequence'> & {
  /** The first source; the others follow it in the last 32 bits of the address. */
  readonly source: Uint8Array;
};

const ethernetBytes = 14;
const ipChecksumAt = 10;
const tcpChecksumAt = 16;

/**
 * Frames that differ only in source address, source port and sequence number. They are built once; for each further one
 * these fields are written over and the checksums follow from sums over the rest, which stay (RFC 1071, section 2).
 */
export class SegmentTemplate {
  readonly frame: Buffer;
  readonly #firstSource: number;
  readonly #ipAt: number;
  readonly #sourceAt: number;
  readonly #tcpAt: number;
  readonly #ipSum: number;
  readonly #tcpSum: number;

  constructor(segment: VariedSegment) {
    const isIpv6 = segment.source.length === 16;
    const source = Buffer.from(segment.source);
    this.#firstSource = source.readUInt32BE(source.length - 4);
    source.writeUInt32BE(0, source.length - 4);
    this.frame = tcpFrame({ ...segment, source, sourcePort: 0, sequence: 0 });
    this.#ipAt = segment.sourceMac === '' && segment.destinationMac === '' ? 0 : ethernetBytes;
    this.#sourceAt = this.#ipAt + (isIpv6 ? 20 : 12);
    this.#tcpAt = this.#ipAt + (isIpv6 ? 40 : 20);
    this.#ipSum = isIpv6 ? -1 : ~this.frame.readUInt16BE(this.#ipAt + ipChecksumAt) & 0xffff;
    this.#tcpSum = ~this.frame.readUInt16BE(this.#tcpAt + tcpChecksumAt) & 0xffff;
  }

  /** Makes the frame at `at`, which holds a copy of `frame` or an earlier one, the n-th source's segment. */
  write(into: DataView, at: number, n: number, sourcePort: number, sequence: number): void {
    const source = (this.#firstSource + n) >>> 0;
    const sourceSum = (source >>> 16) + (source & 0xffff);
    const tcpSum = this.#tcpSum + sourceSum + sourcePort + (sequence >>> 16) + (sequence & 0xffff);
    into.setUint32(at + this.#sourceAt, source);
    into.setUint16(at + this.#tcpAt, sourcePort);
    into.setUint32(at + this.#tcpAt + 4, sequence);
    into.setUint16(at + this.#tcpAt + tcpChecksumAt, foldedComplement(tcpSum));
    if (this.#ipSum >= 0)
      into.setUint16(at + this.#ipAt + ipChecksumAt, foldedComplement(this.#ipSum + sourceSum));
  }
}

/** At most seven 16-bit words: two folds are enough. */
function foldedComplement(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  return ~((once & 0xffff) + (once >>> 16)) & 0xffff;
}
