import { readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

const CHUNK_BYTES = 256 * 1024;

/** The bytes of an open file, each chunk in memory of its own. `from`: the position to begin at; null: wherever the descriptor stands. */
export async function* fileChunks(fd: number, from: number | null): AsyncGenerator<Uint8Array> {
  let at = from;
  for (;;) {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const count = readSync(fd, chunk, 0, chunk.length, at);
    if (count === 0) return;
    if (at !== null) at += count;
    yield chunk.subarray(0, count);
    // What only computes would keep signals and the progress line waiting.
    await setImmediate();
  }
}
