import type { FrameSink } from './frame-sink.ts';
import { PcapDecoder, type PcapLayout } from './pcap-decoder.ts';
import { pcapngBlocks } from './pcapng-blocks.ts';
import { PcapngDecoder } from './pcapng-decoder.ts';
import type { RecordDecoder } from './record-decoder.ts';

const MAGIC_BYTES = 4;
const PCAP_HEADER_BYTES = 24;

const pcapMagics: ReadonlyMap<number, Pick<PcapLayout, 'ticksPerSecond' | 'recordHeaderBytes'>> = new Map([
  [0xa1b2c3d4, { ticksPerSecond: 1_000_000, recordHeaderBytes: 16 }],
  [0xa1b23c4d, { ticksPerSecond: 1_000_000_000, recordHeaderBytes: 16 }],
  // Alexey Kuznetsov's patch of libpcap: interface, protocol and packet type follow the lengths (libpcap, sf-pcap.c).
  [0xa1b2cd34, { ticksPerSecond: 1_000_000, recordHeaderBytes: 24 }],
]);

/** The decoder of a file; where its records begin, or why it is not one. `wanted`: so many bytes are needed to tell. */
export type OpenedFormat =
  | {
      readonly format: 'pcap' | 'pcapng';
      readonly decoder: RecordDecoder;
      readonly recordsAt: number;
    }
  | { readonly wanted: number }
  | { readonly unreadable: string };

/** Tells the format by the file's first bytes, `bytes` from 0 up to `end`. */
export function openFormat(sink: FrameSink, bytes: Uint8Array, view: DataView, end: number): OpenedFormat {
  if (end < MAGIC_BYTES) return { wanted: MAGIC_BYTES };
  if (view.getUint32(0) === pcapngBlocks.sectionHeader) {
    return { format: 'pcapng', decoder: new PcapngDecoder(sink), recordsAt: 0 };
  }
  const littleEndian = pcapMagics.has(view.getUint32(0, true));
  const magic = pcapMagics.get(view.getUint32(0, littleEndian));
  if (magic === undefined) {
    return { unreadable: `it begins with ${hex(bytes, MAGIC_BYTES)}, neither pcap nor pcapng` };
  }
  if (end < PCAP_HEADER_BYTES) return { wanted: PCAP_HEADER_BYTES };
  const major = view.getUint16(4, littleEndian);
  const minorVersion = view.getUint16(6, littleEndian);
  if (major !== 2) return { unreadable: `it is pcap of version ${major}.${minorVersion}, not 2.4 or older` };
  const snapLength = view.getUint32(16, littleEndian);
  // The upper half says whether frames end in a checksum (draft-ietf-opsawg-pcap, section 4).
  const linkType = view.getUint32(20, littleEndian) & 0xffff;
  const layout: PcapLayout = { ...magic, littleEndian, minorVersion, snapLength, linkType };
  return { format: 'pcap', decoder: new PcapDecoder(sink, layout), recordsAt: PCAP_HEADER_BYTES };
}

function hex(bytes: Uint8Array, count: number): string {
  return Array.from(bytes.subarray(0, count), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
