import type { PacketRecord } from '../pcap-file.ts';

/** draft-ietf-opsawg-pcapng: blocks of type, length, body, length again. */
const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const INTERFACE_STATISTICS = 5;
const LINKTYPE_RAW = 101;
const OPTION_COMMENT = 1;
const OPTION_USER_APPLICATION = 4;
const OPTION_INTERFACE_NAME = 2;
const OPTION_PACKET_FLAGS = 2;
const OPTION_INTERFACE_DROPS = 5;
const INBOUND = 1;
const OUTBOUND = 2;
const BLOCK_FRAME_BYTES = 12;

export interface DirectedPacket extends PacketRecord {
  /** Sent by the namespace it was captured in. */
  readonly outgoing: boolean;
}

export interface PcapngFacts {
  /** "halfopen 0.1.0" */
  readonly application: string;
  /** What these packets are, shown by the programs that open the file. */
  readonly comment: string;
  /** Where they were captured: a namespace's name. */
  readonly place: string;
  /** Packets that are missing because there was no room for them. */
  readonly dropped: number;
}

/** The whole file: one interface of link type RAW, times in microseconds, packets in the order given. */
export function pcapngFile(packets: readonly DirectedPacket[], facts: PcapngFacts): Uint8Array {
  const blocks = [
    sectionHeader(facts),
    interfaceDescription(facts.place),
    ...packets.map(enhancedPacket),
    interfaceStatistics(facts.dropped, packets.at(-1)?.timestampUs ?? 0),
  ];
  const file = new Uint8Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    file.set(block, at);
    at += block.length;
  }
  return file;
}

function sectionHeader({ application, comment }: PcapngFacts): Uint8Array {
  const fixed = new Uint8Array(16);
  const view = new DataView(fixed.buffer);
  view.setUint32(0, BYTE_ORDER_MAGIC, true);
  view.setUint16(4, 1, true); // version 1.0
  view.setBigInt64(8, -1n, true); // the section's length is not told
  return block(SECTION_HEADER, fixed, [
    textOption(OPTION_COMMENT, comment),
    textOption(OPTION_USER_APPLICATION, application),
  ]);
}

/** Without if_tsresol times are microseconds. */
function interfaceDescription(place: string): Uint8Array {
  const fixed = new Uint8Array(8);
  new DataView(fixed.buffer).setUint16(0, LINKTYPE_RAW, true);
  return block(INTERFACE_DESCRIPTION, fixed, [textOption(OPTION_INTERFACE_NAME, place)]);
}

function enhancedPacket({ timestampUs, bytes, wireBytes, outgoing }: DirectedPacket): Uint8Array {
  const fixed = new Uint8Array(20 + padded(bytes.length));
  const view = new DataView(fixed.buffer);
  putTime(view, 4, timestampUs);
  view.setUint32(12, bytes.length, true);
  view.setUint32(16, wireBytes, true);
  fixed.set(bytes, 20);
  const flags = new Uint8Array(4);
  new DataView(flags.buffer).setUint32(0, outgoing ? OUTBOUND : INBOUND, true);
  return block(ENHANCED_PACKET, fixed, [option(OPTION_PACKET_FLAGS, flags)]);
}

function interfaceStatistics(dropped: number, atUs: number): Uint8Array {
  const fixed = new Uint8Array(12);
  putTime(new DataView(fixed.buffer), 4, atUs);
  const drops = new Uint8Array(8);
  new DataView(drops.buffer).setBigUint64(0, BigInt(dropped), true);
  return block(INTERFACE_STATISTICS, fixed, [option(OPTION_INTERFACE_DROPS, drops)]);
}

function putTime(view: DataView, at: number, timestampUs: number): void {
  view.setUint32(at, Math.floor(timestampUs / 2 ** 32), true);
  view.setUint32(at + 4, timestampUs % 2 ** 32, true);
}

function textOption(code: number, text: string): Uint8Array {
  return option(code, new TextEncoder().encode(text));
}

function option(code: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + padded(value.length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, code, true);
  view.setUint16(2, value.length, true);
  bytes.set(value, 4);
  return bytes;
}

/** Options end with four zero bytes (opt_endofopt). */
function block(type: number, fixed: Uint8Array, options: readonly Uint8Array[]): Uint8Array {
  const optionBytes = options.reduce((sum, one) => sum + one.length, 4);
  const length = BLOCK_FRAME_BYTES + fixed.length + optionBytes;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, length, true);
  bytes.set(fixed, 8);
  let at = 8 + fixed.length;
  for (const one of options) {
    bytes.set(one, at);
    at += one.length;
  }
  view.setUint32(length - 4, length, true);
  return bytes;
}

function padded(bytes: number): number {
  return (bytes + 3) & ~3;
}
