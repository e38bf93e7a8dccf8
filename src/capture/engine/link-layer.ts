/** Where the network header stands in a frame. Link types: https://www.tcpdump.org/linktypes.html */
import { readU16 } from './network-order.ts';

const NULL: i32 = 0;
const ETHERNET: i32 = 1;
const RAW_BSD: i32 = 12;
const RAW_OPENBSD: i32 = 14;
const RAW: i32 = 101;
const LOOP: i32 = 108;
const LINUX_SLL: i32 = 113;
const IPV4: i32 = 228;
const IPV6: i32 = 229;
const LINUX_SLL2: i32 = 276;

const ETHERTYPE_IPV4: i32 = 0x0800;
const ETHERTYPE_IPV6: i32 = 0x86dd;
const ETHERTYPE_VLAN: i32 = 0x8100;
const ETHERTYPE_QINQ: i32 = 0x88a8;
const ETHERTYPE_QINQ_OLD: i32 = 0x9100;

/** Instead of an offset: no IP in it, or cut before the IP header. */
export const NOT_IP: i32 = -1;
export const LINK_CUT: i32 = -2;

/**
 * Bytes before the IP header, `NOT_IP`, or `LINK_CUT`. BSD loopback's four bytes (its address family in the byte order of the machine
 * that captured) are not needed: the IP version tells.
 */
export function linkBytes(at: usize, captured: i32, linkType: i32): i32 {
  if (linkType === ETHERNET) return afterEtherType(at, 12, captured);
  if (linkType === LINUX_SLL) return afterEtherType(at, 14, captured);
  if (linkType === LINUX_SLL2) return afterSll2(at, captured);
  if (linkType === NULL || linkType === LOOP) return captured < 4 ? LINK_CUT : 4;
  return isRaw(linkType) ? 0 : NOT_IP;
}

export function isKnownLinkType(linkType: i32): bool {
  return (
    isRaw(linkType) ||
    linkType === ETHERNET ||
    linkType === LINUX_SLL ||
    linkType === LINUX_SLL2 ||
    linkType === NULL ||
    linkType === LOOP
  );
}

function isRaw(linkType: i32): bool {
  return (
    linkType === RAW ||
    linkType === RAW_BSD ||
    linkType === RAW_OPENBSD ||
    linkType === IPV4 ||
    linkType === IPV6
  );
}

/** The cooked header of version 2 begins with the protocol; a VLAN tag that is still there follows the header. */
function afterSll2(at: usize, captured: i32): i32 {
  if (captured < 20) return LINK_CUT;
  const type = readU16(at);
  if (type === ETHERTYPE_IPV4 || type === ETHERTYPE_IPV6) return 20;
  return isTag(type) ? afterEtherType(at, 22, captured) : NOT_IP;
}

/** Skips 802.1Q and QinQ tags (IEEE 802.1Q, 9.3): two bytes of tag, then the next type. */
function afterEtherType(at: usize, typeAt: i32, captured: i32): i32 {
  while (typeAt + 2 <= captured) {
    const type = readU16(at + typeAt);
    if (type === ETHERTYPE_IPV4 || type === ETHERTYPE_IPV6) return typeAt + 2;
    if (!isTag(type)) return NOT_IP;
    typeAt += 4;
  }
  return LINK_CUT;
}

function isTag(type: i32): bool {
  return type === ETHERTYPE_VLAN || type === ETHERTYPE_QINQ || type === ETHERTYPE_QINQ_OLD;
}
