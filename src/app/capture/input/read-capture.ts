import { setImmediate } from 'node:timers/promises';
import { formatCount } from '../../../base/units.ts';
import {
  type Compression,
  compressionMagicBytes,
  compressionOf,
} from '../../../capture/compression/compression-of.ts';
import { peekChunks } from '../../../capture/compression/peek-chunks.ts';
import type { CaptureReader } from '../../../capture/file/capture-reader.ts';
import { pushBytes } from '../../../capture/file/push-bytes.ts';
import { ByteSource } from './byte-source.ts';
import { fileChunks } from './file-chunks.ts';
import { inputFailure } from './input-failure.ts';
import { type CaptureInput, openInput } from './open-input.ts';
import { readPlainFile } from './read-plain-file.ts';

const PROGRESS_BYTES = 4 * 1024 * 1024;

export interface ReadCaptureOptions {
  /** Called now and then with the bytes of the file taken so far, compressed where it is, and its size; null: that is not known. */
  readonly onProgress: (doneBytes: number, totalBytes: number | null) => void;
  /** Ends the reading where it is; the reader is then not told that the file ends. */
  readonly stop: AbortSignal;
}

/**
 * Reads the capture at `path` ("-": standard input) through `reader`: a file, a FIFO, a pipe that still grows; plain, or compressed with
 * gzip or zstd. What is damaged after its first packet is left in `reader.partial`.
 * Throws HalfopenError (cannotObserve) when it cannot be opened or nothing in it can be read.
 */
export async function readCapture(
  path: string,
  reader: CaptureReader,
  options: ReadCaptureOptions,
): Promise<void> {
  const input = await openInput(path, options.stop);
  if (input === null) return;
  try {
    const compression = await readInput(input, reader, options);
    if (!options.stop.aborted || reader.stopped) refuseUnreadable(path, input, reader, compression);
  } finally {
    input.close();
  }
}

async function readInput(
  input: CaptureInput,
  reader: CaptureReader,
  { onProgress, stop }: ReadCaptureOptions,
): Promise<Compression | null> {
  const source = new ByteSource(input, stop, (bytes) => onProgress(bytes, input.totalBytes));
  const { head, chunks } = await peekChunks(source.chunks(), compressionMagicBytes);
  const compression = compressionOf(head);
  if (compression === null && input.kind === 'file') {
    pushBytes(reader, head);
    await readRest(input, reader, { onProgress, stop });
    return compression;
  }
  const deliver = (bytes: Uint8Array): boolean => {
    pushBytes(reader, bytes);
    return !reader.stopped && !stop.aborted;
  };
  const damage = await decompress(compression, chunks, deliver, input);
  if (!stop.aborted) reader.end(source.failure ?? damage ?? undefined);
  return compression;
}

/** The fast way, which needs no copy. Between slices, signals and the progress line get their turn. */
async function readRest(
  { fd, totalBytes }: CaptureInput,
  reader: CaptureReader,
  { onProgress, stop }: ReadCaptureOptions,
): Promise<void> {
  const slice = { shouldStop: () => stop.aborted, atMostBytes: PROGRESS_BYTES };
  while (!stop.aborted && readPlainFile(fd, reader, slice) === 'more') {
    onProgress(reader.bytesRead, totalBytes);
    await setImmediate();
  }
}

/** The decompressors are loaded when they are needed: most captures are plain. */
async function decompress(
  compression: Compression | null,
  chunks: AsyncIterable<Uint8Array>,
  deliver: (bytes: Uint8Array) => boolean,
  { fd, repeatable }: CaptureInput,
): Promise<string | null> {
  if (compression === 'zstd') {
    const { unzstdChunks } = await import('../../../capture/compression/unzstd-chunks.ts');
    return unzstdChunks(chunks, deliver);
  }
  if (compression === 'gzip') {
    const { gunzipChunks } = await import('./gunzip-chunks.ts');
    return gunzipChunks(chunks, deliver, repeatable ? () => fileChunks(fd, 0) : null);
  }
  return deliverAll(chunks, deliver);
}

async function deliverAll(
  chunks: AsyncIterable<Uint8Array>,
  deliver: (bytes: Uint8Array) => boolean,
): Promise<null> {
  for await (const chunk of chunks) if (!deliver(chunk)) break;
  return null;
}

function refuseUnreadable(
  path: string,
  { kind }: CaptureInput,
  { bytesRead, unreadable, frames, partial }: CaptureReader,
  compression: Compression | null,
): void {
  if (unreadable !== null) {
    if (bytesRead === 0 && kind === 'pipe' && compression === null) {
      throw inputFailure(path, 'it was closed before anything came through it');
    }
    const said = compression === null ? unreadable : `inside its ${compression} data: ${unreadable}`;
    throw inputFailure(path, said, 'It takes pcap and pcapng files, plain or compressed with gzip or zstd.');
  }
  if (frames > 0 || partial === null) return;
  throw inputFailure(path, `record 1 at byte ${formatCount(partial.atByte)}: ${partial.because}`);
}
