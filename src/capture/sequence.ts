/** TCP sequence numbers count modulo 2^32 (RFC 9293, 3.4). */

export function advanceSequence(sequence: number, bytes: number): number {
  return (sequence + bytes) >>> 0;
}

/** Bytes from `from` forward to `to`, 0 to 2^32 - 1. */
export function sequenceDistance(from: number, to: number): number {
  return (to - from) >>> 0;
}
