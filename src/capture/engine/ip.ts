import * as frameKind from '../layout/frame-kinds.ts';
import { numberOf } from './addresses.ts';
import { readI32, readU8, readU16 } from './network-order.ts';
import { setIp } from './segment.ts';

/**
 * Reads the IP header at `at`, IPv4 (RFC 791) or IPv6 (RFC 8200), into the segment. `frameKind.tcp` when it is whole, whatever the
 * protocol. `wireBytes` is the length on the wire from `at` on; it stands in where the header's own length is 0, as in packets over
 * 65,535 bytes that the kernel shows before the network card cuts them up (TSO, BIG TCP) and in jumbograms (RFC 2675).
 */
export function readIp(at: usize, end: usize, wireBytes: i32): i32 {
  if (at >= end) return frameKind.cut;
  const first = readU8(at);
  if (first >> 4 === 4) return readIpv4(at, end, wireBytes, (first & 0xf) << 2);
  if (first >> 4 === 6) return readIpv6(at, end, wireBytes);
  return frameKind.malformed;
}

const MORE_FRAGMENTS_AND_OFFSET: i32 = 0x3fff;

function readIpv4(at: usize, end: usize, wireBytes: i32, headerBytes: i32): i32 {
  if (at + 20 > end) return frameKind.cut;
  let totalBytes = readU16(at + 2);
  if (totalBytes === 0) totalBytes = wireBytes;
  if (headerBytes < 20 || totalBytes < headerBytes) return frameKind.malformed;
  if ((readU16(at + 6) & MORE_FRAGMENTS_AND_OFFSET) !== 0) return frameKind.fragment;
  if (at + headerBytes > end) return frameKind.cut;
  takeIpv4(at, headerBytes, totalBytes);
  return frameKind.tcp;
}

/** An IPv4 header known to be whole, without options, and not of a fragment. */
export function readPlainIpv4(at: usize): void {
  takeIpv4(at, 20, readU16(at + 2));
}

function takeIpv4(at: usize, headerBytes: i32, totalBytes: i32): void {
  setIp(
    0,
    readI32(at + 12),
    readI32(at + 16),
    readU8(at + 8),
    readU16(at + 4),
    readU8(at + 9),
    at + headerBytes,
    totalBytes - headerBytes,
  );
}

const HOP_BY_HOP: i32 = 0;
const TCP: i32 = 6;
const ROUTING: i32 = 43;
const FRAGMENT: i32 = 44;
const AUTHENTICATION: i32 = 51;
const ICMPV6: i32 = 58;
const DESTINATION_OPTIONS: i32 = 60;
const MOBILITY: i32 = 135;
const HOST_IDENTITY: i32 = 139;
const SHIM6: i32 = 140;

function readIpv6(at: usize, end: usize, wireBytes: i32): i32 {
  if (at + 40 > end) return frameKind.cut;
  const ownLength = readU16(at + 4);
  const packetBytes = ownLength > 0 ? ownLength + 40 : max(wireBytes, 40);
  let protocol = readU8(at + 6);
  let headerBytes: i32 = 40;
  while (protocol !== TCP && isExtension(protocol)) {
    const header = at + headerBytes;
    if (headerBytes + 8 > packetBytes) return frameKind.malformed;
    if (header + 8 > end) return frameKind.cut;
    if (protocol === FRAGMENT && (readU16(header + 2) & 0xfff9) !== 0) return frameKind.fragment;
    const next = readU8(header);
    headerBytes += extensionBytes(protocol, readU8(header + 1));
    protocol = next;
  }
  if (headerBytes > packetBytes) return frameKind.malformed;
  // Only what can become a connection is worth a number in the book.
  const isWanted = protocol === TCP || protocol === ICMPV6;
  setIp(
    1,
    isWanted ? numberOf(at + 8) : 0,
    isWanted ? numberOf(at + 24) : 0,
    readU8(at + 7),
    0,
    protocol,
    at + headerBytes,
    packetBytes - headerBytes,
  );
  return frameKind.tcp;
}

function isExtension(protocol: i32): bool {
  return (
    protocol === HOP_BY_HOP ||
    protocol === ROUTING ||
    protocol === FRAGMENT ||
    protocol === AUTHENTICATION ||
    protocol === DESTINATION_OPTIONS ||
    protocol === MOBILITY ||
    protocol === HOST_IDENTITY ||
    protocol === SHIM6
  );
}

/** RFC 8200, 4 (in units of 8 bytes beyond the first 8); RFC 4302, 2.2 (in units of 4, minus 2). */
function extensionBytes(protocol: i32, length: i32): i32 {
  if (protocol === FRAGMENT) return 8;
  return protocol === AUTHENTICATION ? (length + 2) << 2 : (length + 1) << 3;
}
