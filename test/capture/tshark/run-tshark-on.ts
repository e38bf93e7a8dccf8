import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runTshark } from './run-tshark.ts';
import type { TsharkPacket } from './tshark-packet.ts';

/** As `runTshark`, for a capture that is in no file. */
export async function runTsharkOn(capture: Uint8Array, take: (packet: TsharkPacket) => void): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'halfopen-tshark-'));
  try {
    const file = path.join(folder, 'capture.pcap');
    await writeFile(file, capture);
    await runTshark(file, take);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
