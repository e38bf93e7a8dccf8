/**
 * Addresses of packets as text. The same few addresses come again and again, and formatting one costs more than
 * decoding the rest of the segment, so the last text of each slot is kept; what is returned does not depend on it.
 */
import { formatIpv4, formatIpv6 } from '../base/ip-text.ts';
import type { Family } from '../tcp/socket.ts';
import { readU32 } from './big-endian.ts';

const SLOT_BITS = 12;
const SLOTS = 2 ** SLOT_BITS;
const ipv4Texts: (string | undefined)[] = new Array(SLOTS).fill(undefined);
const ipv4Words = new Uint32Array(SLOTS);
const ipv6Texts: (string | undefined)[] = new Array(SLOTS).fill(undefined);
const ipv6Words = new Uint32Array(4 * SLOTS);

export function addressText(bytes: Uint8Array, at: number, family: Family): string {
  return family === 'ipv4' ? ipv4Text(bytes, at) : ipv6Text(bytes, at);
}

function ipv4Text(bytes: Uint8Array, at: number): string {
  const word = readU32(bytes, at);
  const slot = slotOf(word);
  const kept = ipv4Texts[slot];
  if (kept !== undefined && ipv4Words[slot] === word) return kept;
  const text = formatIpv4(bytes, at);
  ipv4Words[slot] = word;
  ipv4Texts[slot] = text;
  return text;
}

function ipv6Text(bytes: Uint8Array, at: number): string {
  const a = readU32(bytes, at);
  const b = readU32(bytes, at + 4);
  const c = readU32(bytes, at + 8);
  const d = readU32(bytes, at + 12);
  const slot = slotOf(a ^ Math.imul(b, 5) ^ Math.imul(c, 17) ^ Math.imul(d, 257));
  const first = 4 * slot;
  const kept = ipv6Texts[slot];
  if (
    kept !== undefined &&
    ipv6Words[first] === a &&
    ipv6Words[first + 1] === b &&
    ipv6Words[first + 2] === c &&
    ipv6Words[first + 3] === d
  ) {
    return kept;
  }
  const text = formatIpv6(bytes, at);
  ipv6Words.set([a, b, c, d], first);
  ipv6Texts[slot] = text;
  return text;
}

/** Multiplication by 2^32 divided by the golden ratio spreads neighbouring addresses over the slots. */
function slotOf(word: number): number {
  return Math.imul(word, 0x9e3779b1) >>> (32 - SLOT_BITS);
}
