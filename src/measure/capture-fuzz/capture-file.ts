import type { FileForm } from './file-form.ts';
import type { FuzzFrame } from './fuzz-frame.ts';
import { joinBytes } from './join-bytes.ts';

/**
 * Frames as a pcap file (draft-ietf-opsawg-pcap) or a pcapng file (draft-ietf-opsawg-pcapng), written without the help of the program's own
 * writers. A pcap file has one link type, that of its first frame.
 */
export function captureFile(frames: readonly FuzzFrame[], form: FileForm): Uint8Array<ArrayBuffer> {
  return form.format === 'pcap' ? pcapFile(frames, form) : pcapngFile(frames, form);
}

function pcapFile(frames: readonly FuzzFrame[], form: FileForm): Uint8Array<ArrayBuffer> {
  const { littleEndian, resolution, snapLength } = form;
  const kept = frames.map((frame) => frame.bytes.subarray(0, snapLength));
  const bytes = new Uint8Array(24 + kept.reduce((sum, { length }) => sum + 16 + length, 0));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, resolution === 'ns' ? 0xa1b23c4d : 0xa1b2c3d4, littleEndian);
  view.setUint16(4, 2, littleEndian);
  view.setUint16(6, 4, littleEndian);
  view.setUint32(16, snapLength, littleEndian);
  view.setUint32(20, frames[0]?.linkType ?? 1, littleEndian);
  let at = 24;
  frames.forEach(({ seconds, nanoseconds, wireBytes }, index) => {
    const captured = kept[index] ?? new Uint8Array(0);
    view.setUint32(at, seconds, littleEndian);
    view.setUint32(at + 4, resolution === 'ns' ? nanoseconds : Math.floor(nanoseconds / 1000), littleEndian);
    view.setUint32(at + 8, captured.length, littleEndian);
    view.setUint32(at + 12, wireBytes, littleEndian);
    bytes.set(captured, at + 16);
    at += 16 + captured.length;
  });
  return bytes;
}

function pcapngFile(frames: readonly FuzzFrame[], form: FileForm): Uint8Array<ArrayBuffer> {
  const { littleEndian, resolution, snapLength } = form;
  const linkTypes = [...new Set(frames.map((frame) => frame.linkType))];
  const section = block(0x0a0d0d0a, 16, littleEndian, (view) => {
    view.setUint32(0, 0x1a2b3c4d, littleEndian);
    view.setUint16(4, 1, littleEndian);
    view.setBigUint64(8, 2n ** 64n - 1n, littleEndian);
  });
  const interfaces = linkTypes.map((linkType) =>
    block(1, 20, littleEndian, (view) => {
      view.setUint16(0, linkType, littleEndian);
      view.setUint32(4, snapLength, littleEndian);
      // if_tsresol, then opt_endofopt.
      view.setUint16(8, 9, littleEndian);
      view.setUint16(10, 1, littleEndian);
      view.setUint8(12, resolution === 'ns' ? 9 : 6);
    }),
  );
  const ticksPerSecond = resolution === 'ns' ? 1_000_000_000n : 1_000_000n;
  const packets = frames.map(({ seconds, nanoseconds, linkType, wireBytes, bytes }) => {
    const captured = bytes.subarray(0, snapLength);
    const rest = resolution === 'ns' ? nanoseconds : Math.floor(nanoseconds / 1000);
    const ticks = BigInt(seconds) * ticksPerSecond + BigInt(rest);
    return block(6, 20 + captured.length, littleEndian, (view) => {
      view.setUint32(0, linkTypes.indexOf(linkType), littleEndian);
      view.setUint32(4, Number((ticks >> 32n) & 0xffff_ffffn), littleEndian);
      view.setUint32(8, Number(ticks & 0xffff_ffffn), littleEndian);
      view.setUint32(12, captured.length, littleEndian);
      view.setUint32(16, wireBytes, littleEndian);
      new Uint8Array(view.buffer, view.byteOffset + 20).set(captured);
    });
  });
  return joinBytes([section, ...interfaces, ...packets]);
}

function block(
  type: number,
  bodyBytes: number,
  littleEndian: boolean,
  fill: (body: DataView) => void,
): Uint8Array {
  const total = 12 + Math.ceil(bodyBytes / 4) * 4;
  const view = new DataView(new ArrayBuffer(total));
  view.setUint32(0, type, littleEndian);
  view.setUint32(4, total, littleEndian);
  fill(new DataView(view.buffer, 8, bodyBytes));
  view.setUint32(total - 4, total, littleEndian);
  return new Uint8Array(view.buffer);
}
