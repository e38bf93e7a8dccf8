import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { analyzeCapture } from '../../../src/app/capture/analyze/analyze-capture.ts';
import type { CaptureReport } from '../../../src/tcp/capture.ts';
import type { CraftedPacket } from '../../capture/craft/crafted-packet.ts';
import { type LinkKind, linkFrameBytes } from '../../capture/craft/link-frame-bytes.ts';
import { type PcapForm, pcapBytes } from '../../capture/craft/pcap-bytes.ts';

/** What the whole program says of these packets, in the order they are given. */
export async function analyzeCrafted(
  packets: readonly CraftedPacket[],
  { link = 'ethernet', ...form }: PcapForm & { readonly link?: LinkKind } = {},
): Promise<CaptureReport> {
  const frames = packets.map((packet) => ({ atMs: packet.atMs, ...linkFrameBytes(packet, link, false) }));
  return analyzeBytes(pcapBytes(frames[0]?.linkType ?? 1, frames, form));
}

async function analyzeBytes(bytes: Uint8Array): Promise<CaptureReport> {
  const folder = mkdtempSync(join(tmpdir(), 'halfopen-crafted-'));
  try {
    const file = join(folder, 'crafted.pcap');
    writeFileSync(file, bytes);
    const { report } = await analyzeCapture(file, {
      onProgress: () => {},
      stop: new AbortController().signal,
      keepRecords: false,
    });
    return report;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
