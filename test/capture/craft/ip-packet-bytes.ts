import { addressBytes } from './address-bytes.ts';
import type { CraftedPacket } from './crafted-packet.ts';
import { internetChecksum } from './internet-checksum.ts';
import { transportBytes } from './transport-bytes.ts';

/** From the IP header on (RFC 791, RFC 8200). */
export function ipPacketBytes(packet: CraftedPacket): Uint8Array {
  const { protocol, bytes } = transportBytes(packet);
  const fragment = packet.ip?.fragment;
  const payload =
    fragment === undefined ? bytes : bytes.subarray(fragment.offset, fragment.offset + fragment.bytes);
  return packet.source.includes(':') ? ipv6(packet, protocol, payload) : ipv4(packet, protocol, payload);
}

function ipv4(packet: CraftedPacket, protocol: number, payload: Uint8Array): Uint8Array {
  const options = packet.ip?.options ?? [];
  const headerBytes = 20 + options.length;
  const bytes = new Uint8Array(headerBytes + payload.length);
  const view = new DataView(bytes.buffer);
  const fragment = packet.ip?.fragment;
  view.setUint8(0, 0x40 | (headerBytes / 4));
  view.setUint16(2, packet.ip?.zeroLength ? 0 : bytes.length);
  view.setUint16(4, packet.ipId);
  view.setUint16(6, fragment === undefined ? 0x4000 : (fragment.more ? 0x2000 : 0) | (fragment.offset / 8));
  view.setUint8(8, packet.ttl);
  view.setUint8(9, protocol);
  bytes.set(addressBytes(packet.source), 12);
  bytes.set(addressBytes(packet.destination), 16);
  bytes.set(options, 20);
  view.setUint16(10, internetChecksum(bytes.subarray(0, headerBytes)));
  bytes.set(payload, headerBytes);
  return bytes;
}

const extensionNumbers = { 'hop-by-hop': 0, routing: 43, destination: 60 } as const;

function ipv6(packet: CraftedPacket, protocol: number, payload: Uint8Array): Uint8Array {
  const kinds: number[] = (packet.ip?.extensions ?? []).map((name) => extensionNumbers[name]);
  const fragment = packet.ip?.fragment;
  if (fragment !== undefined) kinds.push(44);
  const extensions = kinds.flatMap((kind, index) => {
    const next = kinds[index + 1] ?? protocol;
    if (kind === 44) {
      const offsetAndFlag = (fragment?.offset ?? 0) | (fragment?.more ? 1 : 0);
      return [next, 0, offsetAndFlag >> 8, offsetAndFlag & 0xff, 0, 0, packet.ipId >> 8, packet.ipId & 0xff];
    }
    // Routing: type 253 (for experiments, RFC 3692) with no segments left; the others: a PadN option of 6 bytes.
    return kind === 43 ? [next, 0, 253, 0, 0, 0, 0, 0] : [next, 0, 1, 4, 0, 0, 0, 0];
  });
  const bytes = new Uint8Array(40 + extensions.length + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x60);
  view.setUint16(4, packet.ip?.zeroLength ? 0 : extensions.length + payload.length);
  view.setUint8(6, kinds[0] ?? protocol);
  view.setUint8(7, packet.ttl);
  bytes.set(addressBytes(packet.source), 8);
  bytes.set(addressBytes(packet.destination), 24);
  bytes.set(extensions, 40);
  bytes.set(payload, 40 + extensions.length);
  return bytes;
}
