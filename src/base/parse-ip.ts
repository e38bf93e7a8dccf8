/**
 * IP addresses from text to bytes in network order. Total, and quick: filters read the addresses of every connection.
 * `bytes` is filled and returned; who reads many gives the same again, whose content is lost also when it is no address.
 */

/** Four decimal octets; undefined when it is not an address. */
export function parseIpv4(text: string, bytes = new Uint8Array(4)): Uint8Array | undefined {
  return readQuad(text, 0, bytes, 0) ? bytes : undefined;
}

/** RFC 4291, 2.2, without zone: eight groups, one "::", an IPv4 tail. Undefined when it is not an address. */
export function parseIpv6(text: string, bytes = new Uint8Array(16)): Uint8Array | undefined {
  let filled = 0;
  let gapAt = text.startsWith('::') ? 0 : -1;
  let at = gapAt === 0 ? 2 : 0;
  while (at < text.length) {
    const groupAt = at;
    let group = 0;
    for (let digit = hexDigit(text, at); digit >= 0; digit = hexDigit(text, at)) {
      if (at - groupAt === 4) return undefined;
      group = group * 16 + digit;
      at++;
    }
    if (text.charCodeAt(at) === DOT) {
      if (filled > 12 || !readQuad(text, groupAt, bytes, filled)) return undefined;
      filled += 4;
      break;
    }
    if (at === groupAt || filled === 16) return undefined;
    bytes[filled++] = group >> 8;
    bytes[filled++] = group & 0xff;
    if (at === text.length) break;
    if (text.charCodeAt(at++) !== COLON) return undefined;
    if (text.charCodeAt(at) === COLON && gapAt < 0) {
      gapAt = filled;
      at++;
    } else if (at === text.length) return undefined;
  }
  return gapAt < 0 ? whole(bytes, filled) : spread(bytes, filled, gapAt);
}

const DOT = 0x2e;
const COLON = 0x3a;

/** The rest of `text` from `from` on as a dotted quad. */
function readQuad(text: string, from: number, bytes: Uint8Array, to: number): boolean {
  let octets = 0;
  let octet = 0;
  let digits = 0;
  for (let at = from; at <= text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit >= 0 && digit <= 9) {
      octet = octet * 10 + digit;
      if (++digits > 3 || octet > 255) return false;
    } else if (digits > 0 && octets < 4 && (at === text.length || text.charCodeAt(at) === DOT)) {
      bytes[to + octets++] = octet;
      octet = 0;
      digits = 0;
    } else return false;
  }
  return octets === 4;
}

/** -1 for anything else, the end of the text included. */
function hexDigit(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function whole(bytes: Uint8Array, filled: number): Uint8Array | undefined {
  return filled === 16 ? bytes : undefined;
}

/** Moves what follows "::" to the end; the gap stands for at least one group. */
function spread(bytes: Uint8Array, filled: number, gapAt: number): Uint8Array | undefined {
  if (filled > 14) return undefined;
  const tailAt = 16 - (filled - gapAt);
  bytes.copyWithin(tailAt, gapAt, filled);
  return bytes.fill(0, gapAt, tailAt);
}
