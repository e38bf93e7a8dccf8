const TCP = 6;
const IPV6_HEADER_BYTES = 40;
const IPV6_ADDRESSES_BYTES = 32;
const IPV4_ADDRESSES_BYTES = 8;
const SYN = 0x02;
const SYN_AND_ACK = 0x12;
/** Up to and with the flags. */
const TCP_BYTES_NEEDED = 14;
/** A power of two. */
const REMEMBERED = 2 ** 17;

/**
 * Counts SYNs and those that were sent again: same addresses, ports and sequence number on the same interface. It remembers
 * fingerprints in a fixed table, so a flood makes it forget: the retransmissions are at least so many.
 */
export class SynMeter {
  readonly #fingerprints = new Int32Array(REMEMBERED);
  #syn = 0;
  #retransmissions = 0;

  get syn(): number {
    return this.#syn;
  }

  get retransmissions(): number {
    return this.#retransmissions;
  }

  /** A packet from its IP header on. SYNs behind IPv6 extension headers are not counted. */
  look(view: DataView, at: number, capturedBytes: number, interfaceIndex: number): void {
    if (capturedBytes < IPV6_HEADER_BYTES) return;
    const first = view.getUint8(at);
    const isIpv4 = first >> 4 === 4;
    if (view.getUint8(at + (isIpv4 ? 9 : 6)) !== TCP) return;
    const headerBytes = isIpv4 ? (first & 15) * 4 : IPV6_HEADER_BYTES;
    if (capturedBytes < headerBytes + TCP_BYTES_NEEDED) return;
    const tcpAt = at + headerBytes;
    if ((view.getUint8(tcpAt + 13) & SYN_AND_ACK) !== SYN) return;
    this.#syn++;
    const addressesAt = at + (isIpv4 ? 12 : 8);
    const addressesEnd = addressesAt + (isIpv4 ? IPV4_ADDRESSES_BYTES : IPV6_ADDRESSES_BYTES);
    if (this.#seenBefore(view, addressesAt, addressesEnd, tcpAt, interfaceIndex)) this.#retransmissions++;
  }

  /** Two hashes: one says where the other is kept. */
  #seenBefore(view: DataView, from: number, to: number, tcpAt: number, interfaceIndex: number): boolean {
    let place = interfaceIndex;
    let print = ~interfaceIndex;
    for (let at = from; at < to; at += 4) {
      place = mix(place, view.getInt32(at), 0x85ebca6b);
      print = mix(print, view.getInt32(at), 0xc2b2ae35);
    }
    for (const at of [tcpAt, tcpAt + 4]) {
      place = mix(place, view.getInt32(at), 0x85ebca6b);
      print = mix(print, view.getInt32(at), 0xc2b2ae35);
    }
    const slot = (place ^ (place >>> 15)) & (REMEMBERED - 1);
    // 0 marks a free place.
    const value = print === 0 ? 1 : print;
    if (this.#fingerprints[slot] === value) return true;
    this.#fingerprints[slot] = value;
    return false;
  }
}

/** One round of a multiplying hash (after MurmurHash3's). */
function mix(hash: number, word: number, factor: number): number {
  const mixed = Math.imul(hash ^ word, factor);
  return Math.imul(mixed ^ (mixed >>> 16), 0x9e3779b1) ^ (mixed >>> 13);
}
