import * as frameKind from '../layout/frame-kinds.ts';
import { readIp, readPlainIpv4 } from './ip.ts';
import { LINK_CUT, linkBytes } from './link-layer.ts';
import { readI32, readU8, readU16 } from './network-order.ts';
import * as segment from './segment.ts';

const ICMP: i32 = 1;
const TCP: i32 = 6;
const ICMPV6: i32 = 58;
const TCP_HEADER_BYTES: i32 = 20;

/**
 * Reads a frame up to the ports of the segment in it and says what the frame is. For `tcp` the rest is read by `readSegment`: several
 * engines that share a capture need no more than the ports to know whose it is.
 */
export function readFrame(at: usize, captured: i32, wire: i32, linkType: i32): i32 {
  const before = linkBytes(at, captured, linkType);
  if (before < 0) return before === LINK_CUT ? cutOr(captured, wire, frameKind.notTcp) : frameKind.notTcp;
  const end = at + captured;
  const ip = readIp(at + before, end, wire - before);
  if (ip === frameKind.cut) return cutOr(captured, wire, frameKind.malformed);
  if (ip !== frameKind.tcp) return ip;
  segment.setFrameEnd(end);
  if (segment.protocol === TCP) {
    if (segment.transportBytes < TCP_HEADER_BYTES) return frameKind.malformed;
    if (segment.transportAt + TCP_HEADER_BYTES > end) return cutOr(captured, wire, frameKind.malformed);
    segment.setPorts(readU16(segment.transportAt), readU16(segment.transportAt + 2));
    return frameKind.tcp;
  }
  if (segment.protocol === ICMP || segment.protocol === ICMPV6) return readUnreachable(end);
  return frameKind.notTcp;
}

/** What is shorter than its headers say was cut by the snap length where the file says so, and is broken otherwise. */
function cutOr(captured: i32, wire: i32, otherwise: i32): i32 {
  return <u32>captured < <u32>wire ? frameKind.cut : otherwise;
}

/** The same for an IPv4 header without options with a TCP header behind it, all of it captured; `end`: of the frame. */
export function readPlain(ip: usize, end: usize): void {
  readPlainIpv4(ip);
  segment.setFrameEnd(end);
  segment.setPorts(readU16(segment.transportAt), readU16(segment.transportAt + 2));
}

/** The TCP header (RFC 9293, 3.1) of the frame that was read last: `tcp`, or `malformed`. */
export function readSegment(): i32 {
  const at = segment.transportAt;
  const offsetAndFlags = readU16(at + 12);
  const headerBytes = (offsetAndFlags >> 12) << 2;
  const payloadBytes = segment.transportBytes - headerBytes;
  if (headerBytes < TCP_HEADER_BYTES || payloadBytes < 0) return frameKind.malformed;
  segment.setTcp(
    readI32(at + 4),
    readI32(at + 8),
    offsetAndFlags & 0xff,
    readU16(at + 14),
    payloadBytes,
    at + TCP_HEADER_BYTES,
    min(at + headerBytes, segment.frameEnd),
  );
  return frameKind.tcp;
}

const UNREACHABLE: i32 = 3;
const UNREACHABLE_V6: i32 = 1;

/** RFC 792, RFC 4443: eight bytes, then the start of the packet that could not be delivered, of which 8 bytes of TCP are promised. */
function readUnreachable(end: usize): i32 {
  const at = segment.transportAt;
  const isIpv6 = segment.isIpv6;
  if ((isIpv6 === 1) !== (segment.protocol === ICMPV6) || at + 8 > end) return frameKind.notTcp;
  const type = readU8(at);
  if (type !== (isIpv6 === 1 ? UNREACHABLE_V6 : UNREACHABLE)) return frameKind.notTcp;
  const typeAndCode = readU16(at);
  if (readIp(at + 8, end, segment.transportBytes - 8) !== frameKind.tcp) return frameKind.notTcp;
  const quoted = segment.transportAt;
  if (segment.protocol !== TCP || segment.isIpv6 !== isIpv6 || quoted + 8 > end) return frameKind.notTcp;
  segment.setPorts(readU16(quoted), readU16(quoted + 2));
  segment.setTcp(readI32(quoted + 4), 0, 0, 0, 0, end, end);
  segment.setIcmp(typeAndCode);
  return frameKind.unreachable;
}
