import { compressionMagicBytes, compressionOf } from '../../capture/compression/compression-of.ts';
import { unzstdChunks } from '../../capture/compression/unzstd-chunks.ts';
import type { CaptureReader } from '../../capture/file/capture-reader.ts';
import { pushBytes } from '../../capture/file/push-bytes.ts';

const notCapture = 'It takes pcap and pcapng files, plain or compressed with gzip or zstd.';

/** Reads a file of the browser through `reader`. Throws an Error whose message can be shown when nothing in it can be read. */
export async function readFile(
  file: Blob,
  reader: CaptureReader,
  onProgress: (doneBytes: number) => void,
): Promise<void> {
  const head = new Uint8Array(await file.slice(0, compressionMagicBytes).arrayBuffer());
  const compression = compressionOf(head);
  const deliver = (bytes: Uint8Array): boolean => {
    pushBytes(reader, bytes);
    return !reader.stopped;
  };
  const chunks = chunksOf(file.stream(), onProgress);
  const damage =
    compression === 'zstd'
      ? await unzstdChunks(chunks, deliver)
      : compression === 'gzip'
        ? await gunzip(chunks, deliver)
        : await deliverAll(chunks, deliver);
  reader.end(damage ?? undefined);
  const where = compression === null ? '' : `inside its ${compression} data: `;
  if (reader.unreadable !== null) throw new Error(`${where}${reader.unreadable}. ${notCapture}`);
  if (reader.frames === 0 && reader.partial !== null)
    throw new Error(`${where}record 1: ${reader.partial.because}`);
}

async function* chunksOf(
  stream: ReadableStream<Uint8Array>,
  onProgress: (doneBytes: number) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  let done = 0;
  try {
    for (;;) {
      const step = await reader.read();
      if (step.done) return;
      done += step.value.length;
      onProgress(done);
      yield step.value as Uint8Array<ArrayBuffer>;
    }
  } finally {
    await reader.cancel();
  }
}

async function deliverAll(
  chunks: AsyncIterable<Uint8Array>,
  deliver: (bytes: Uint8Array) => boolean,
): Promise<null> {
  for await (const chunk of chunks) if (!deliver(chunk)) break;
  return null;
}

/** What precedes the damage has been delivered. */
async function gunzip(
  chunks: AsyncGenerator<Uint8Array<ArrayBuffer>>,
  deliver: (bytes: Uint8Array) => boolean,
): Promise<string | null> {
  const inflated = new DecompressionStream('gzip');
  const feeding = feed(chunks, inflated.writable).catch(() => {});
  const reader = inflated.readable.getReader();
  try {
    for (;;) {
      const step = await reader.read();
      if (step.done) break;
      if (!deliver(step.value)) break;
    }
    return null;
  } catch (error) {
    return `the gzip data is damaged or ends early: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    await reader.cancel().catch(() => {});
    await feeding;
  }
}

async function feed(
  chunks: AsyncGenerator<Uint8Array<ArrayBuffer>>,
  writable: WritableStream<BufferSource>,
): Promise<void> {
  const writer = writable.getWriter();
  for await (const chunk of chunks) await writer.write(chunk);
  await writer.close();
}
