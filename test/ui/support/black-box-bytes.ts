import { readFileSync } from 'node:fs';
import { unzstdChunks } from '../../../src/capture/compression/unzstd-chunks.ts';
import { CaptureReader } from '../../../src/capture/file/capture-reader.ts';
import { PcapngWriter } from '../../../src/capture/file/pcapng-writer.ts';
import { pushBytes } from '../../../src/capture/file/push-bytes.ts';

const noHeader = new DataView(new ArrayBuffer(0));

/** A capture of an overflowing accept queue at port 8080, as a recorder keeps it. */
export async function blackBoxBytes(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const keep = (chunk: Uint8Array): void => void chunks.push(chunk.slice());
  let writer: PcapngWriter | undefined;
  const reader = new CaptureReader({
    frame: (bytes, view, at, capturedBytes, wireBytes, seconds, nanoseconds, linkType) => {
      if (writer === undefined) {
        writer = new PcapngWriter(
          { application: 'halfopen', os: 'Linux', linkType, snapBytes: 262_144 },
          keep,
        );
        writer.addInterface('eth0');
      }
      writer.packet(0, seconds, nanoseconds, 0, noHeader, 0, bytes, view, at, capturedBytes, wireBytes);
    },
  });
  const deliver = (bytes: Uint8Array): boolean => {
    pushBytes(reader, bytes);
    return true;
  };
  const file = readFileSync('fixtures/captures/accept-queue-overflow.pcap.zst');
  await unzstdChunks(
    (async function* () {
      yield file;
    })(),
    deliver,
  );
  writer?.flush();
  return Buffer.concat(chunks);
}
