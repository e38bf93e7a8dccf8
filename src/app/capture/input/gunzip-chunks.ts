import { once } from 'node:events';
import { createGunzip } from 'node:zlib';

/** zlib withholds what it inflated from the piece in which it finds the damage. */
const PIECE_BYTES = 16 * 1024;
const OUTPUT_BYTES = 128 * 1024;

const ENDS_EARLY = 'the gzip data ends early';

type Deliver = (bytes: Uint8Array) => boolean;

/**
 * Inflates one or several gzip members.
 * @param deliver takes the inflated bytes; false: it wants no more
 * @param readAgain the same bytes from their beginning; null: they come only once
 * @returns what is wrong with them; null: nothing, or they were no longer wanted. What precedes the damage has been delivered, but for the
 *   last few KiB where the bytes come only once
 */
export async function gunzipChunks(
  chunks: AsyncIterable<Uint8Array>,
  deliver: Deliver,
  readAgain: (() => AsyncIterable<Uint8Array>) | null,
): Promise<string | null> {
  let delivered = 0;
  const first = await inflate(pieces(chunks, Number.POSITIVE_INFINITY), (bytes) => {
    delivered += bytes.length;
    return deliver(bytes);
  });
  if (first.damage === null || first.damage === ENDS_EARLY || readAgain === null) return first.damage;
  let toSkip = delivered;
  await inflate(pieces(readAgain(), first.lastPiece), (bytes) => {
    const skipped = Math.min(toSkip, bytes.length);
    toSkip -= skipped;
    return skipped === bytes.length || deliver(bytes.subarray(skipped));
  });
  return first.damage;
}

interface Piece {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** Piece number `bytewiseFrom` and those after it come byte by byte. */
async function* pieces(chunks: AsyncIterable<Uint8Array>, bytewiseFrom: number): AsyncGenerator<Piece> {
  let number = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      const piece = chunk.subarray(at, at + PIECE_BYTES);
      const step = number < bytewiseFrom ? PIECE_BYTES : 1;
      for (let from = 0; from < piece.length; from += step) {
        yield { number, bytes: piece.subarray(from, from + step) };
      }
      number += 1;
    }
  }
}

async function inflate(
  input: AsyncIterable<Piece>,
  deliver: Deliver,
): Promise<{ readonly damage: string | null; readonly lastPiece: number }> {
  const gunzip = createGunzip({ chunkSize: OUTPUT_BYTES });
  // zlib leaves the write in which it fails without an answer.
  const closed = once(gunzip, 'close').catch(() => {});
  let wanted = true;
  let damage: string | null = null;
  let thrown: unknown;
  let lastPiece = 0;
  gunzip.on('data', (bytes: Uint8Array) => {
    try {
      wanted &&= deliver(bytes);
    } catch (error) {
      wanted = false;
      thrown = error;
    }
  });
  gunzip.on('error', (error) => {
    damage = wordsOf(error);
  });
  for await (const { number, bytes } of input) {
    lastPiece = number;
    const written = new Promise((resolve) => gunzip.write(bytes, resolve));
    await Promise.race([written, closed]);
    if (damage !== null || !wanted) break;
  }
  if (damage === null && wanted) gunzip.end();
  else gunzip.destroy();
  await closed;
  if (thrown !== undefined) throw thrown;
  return { damage, lastPiece };
}

function wordsOf(error: Error): string {
  return error.message === 'unexpected end of file'
    ? ENDS_EARLY
    : `the gzip data is damaged: ${error.message}`;
}
