import { readU8, readU16, readU32 } from './big-endian.ts';

/** The options this project reads; each is there only when the segment carried it. */
export interface TcpOptions {
  /** Bytes. */
  readonly mss?: number;
  /** Shift count, as sent; receivers treat more than 14 as 14 (RFC 7323, 2.3). */
  readonly windowScale?: number;
  readonly sackPermitted?: boolean;
  readonly timestamps?: { readonly value: number; readonly echo: number };
}

const END = 0;
const NO_OPERATION = 1;
const MSS = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const TIMESTAMPS = 8;

/** Reads options between two offsets (RFC 9293, 3.1); stops at the first that is cut off or has an impossible length. */
export function readTcpOptions(bytes: Uint8Array, from: number, to: number): TcpOptions {
  const options: { -readonly [name in keyof TcpOptions]: TcpOptions[name] } = {};
  let at = from;
  while (at < to) {
    const kind = readU8(bytes, at);
    if (kind === END) break;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    const length = at + 1 < to ? readU8(bytes, at + 1) : 0;
    if (length < 2 || at + length > to) break;
    if (kind === MSS && length === 4) options.mss = readU16(bytes, at + 2);
    else if (kind === WINDOW_SCALE && length === 3) options.windowScale = readU8(bytes, at + 2);
    else if (kind === SACK_PERMITTED && length === 2) options.sackPermitted = true;
    else if (kind === TIMESTAMPS && length === 10) {
      options.timestamps = { value: readU32(bytes, at + 2), echo: readU32(bytes, at + 6) };
    }
    at += length;
  }
  return options;
}
