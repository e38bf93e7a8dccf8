/** How a crafted capture is written to its file. */
export interface PcapForm {
  readonly resolution?: 'us' | 'ns';
  readonly byteOrder?: 'little' | 'big';
  /** Bytes kept of each frame. */
  readonly snapLength?: number;
}

export interface PcapFrame {
  /** From the start of the capture. */
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

/** 2023-11-14T22:13:20Z */
const startSeconds = 1_700_000_000;

/** A pcap file (draft-ietf-opsawg-pcap). */
export function pcapBytes(linkType: number, frames: readonly PcapFrame[], form: PcapForm = {}): Uint8Array {
  const little = form.byteOrder !== 'big';
  const snapLength = form.snapLength ?? 262_144;
  const kept = frames.map((frame) => frame.bytes.subarray(0, snapLength));
  const bytes = new Uint8Array(24 + kept.reduce((sum, frame) => sum + 16 + frame.length, 0));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, form.resolution === 'ns' ? 0xa1b23c4d : 0xa1b2c3d4, little);
  view.setUint16(4, 2, little);
  view.setUint16(6, 4, little);
  view.setUint32(16, snapLength, little);
  view.setUint32(20, linkType, little);
  let at = 24;
  for (const [index, frame] of frames.entries()) {
    const captured = kept[index] ?? frame.bytes;
    const nanoseconds = Math.round(frame.atMs * 1e6);
    const rest = nanoseconds % 1e9;
    view.setUint32(at, startSeconds + Math.floor(nanoseconds / 1e9), little);
    view.setUint32(at + 4, form.resolution === 'ns' ? rest : Math.floor(rest / 1000), little);
    view.setUint32(at + 8, captured.length, little);
    view.setUint32(at + 12, frame.bytes.length, little);
    bytes.set(captured, at + 16);
    at += 16 + captured.length;
  }
  return bytes;
}
