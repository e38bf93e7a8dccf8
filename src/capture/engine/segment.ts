/**
 * The one TCP segment (or ICMP error about one) that is being looked at, filled anew for each frame. Sequence numbers are compared by
 * subtraction modulo 2^32 (RFC 9293, 3.4), where the sign does not matter.
 */

/** 0: IPv4, 1: IPv6. */
export let isIpv6: i32 = 0;
/** The IPv4 address itself, or the number of an IPv6 address (see addresses.ts). */
export let source: i32 = 0;
export let destination: i32 = 0;
export let ttl: i32 = 0;
/** Identification of an IPv4 header; 0 for IPv6. */
export let ipId: i32 = 0;
/** The transport header: its protocol, where it stands, and its length on the wire with all that follows. */
export let protocol: i32 = 0;
export let transportAt: usize = 0;
export let transportBytes: i32 = 0;

export function setIp(
  version6: i32,
  from: i32,
  to: i32,
  hops: i32,
  identification: i32,
  transport: i32,
  at: usize,
  bytes: i32,
): void {
  isIpv6 = version6;
  source = from;
  destination = to;
  ttl = hops;
  ipId = identification;
  protocol = transport;
  transportAt = at;
  transportBytes = bytes;
}

/** Where the captured bytes of the frame end. */
export let frameEnd: usize = 0;

export function setFrameEnd(at: usize): void {
  frameEnd = at;
}

export let sourcePort: i32 = 0;
export let destinationPort: i32 = 0;
export let sequence: i32 = 0;
export let acknowledgement: i32 = 0;
/** See layout/flag-bits.ts. */
export let flags: i32 = 0;
/** As sent, not scaled. */
export let window: i32 = 0;
/** On the wire, whatever the snap length left of it. */
export let payloadBytes: i32 = 0;
/** Where the options stand, as far as they were captured. */
export let optionsAt: usize = 0;
export let optionsEnd: usize = 0;

export function setPorts(from: i32, to: i32): void {
  sourcePort = from;
  destinationPort = to;
}

export function setTcp(
  number: i32,
  acknowledged: i32,
  bits: i32,
  offeredWindow: i32,
  payload: i32,
  optionsFrom: usize,
  optionsTo: usize,
): void {
  sequence = number;
  acknowledgement = acknowledged;
  flags = bits;
  window = offeredWindow;
  payloadBytes = payload;
  optionsAt = optionsFrom;
  optionsEnd = optionsTo;
}

/** Type and code of the ICMP error that quotes it, the type << 8; 0: none. */
export let icmp: i32 = 0;

export function setIcmp(typeAndCode: i32): void {
  icmp = typeAndCode;
}

/** Bytes of sequence space that the segment takes (RFC 9293, 3.4). */
export function lengthOf(): i32 {
  return payloadBytes + (flags & 1) + ((flags >> 1) & 1);
}
