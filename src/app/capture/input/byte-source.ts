import { fileChunks } from './file-chunks.ts';
import type { CaptureInput } from './open-input.ts';
import { pipeChunks } from './pipe-chunks.ts';
import { readFailureWords } from './read-failure-words.ts';

const REPORTED_BYTES = 1024 * 1024;

/** The bytes of an opened input as they are, compressed or not, until its end or the first read that fails. */
export class ByteSource {
  /** Why reading ended early. */
  failure: string | null = null;
  readonly #input: CaptureInput;
  readonly #stop: AbortSignal;
  readonly #onProgress: (doneBytes: number) => void;

  constructor(input: CaptureInput, stop: AbortSignal, onProgress: (doneBytes: number) => void) {
    this.#input = input;
    this.#stop = stop;
    this.#onProgress = onProgress;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    let done = 0;
    let reported = 0;
    for await (const chunk of this.#untilFailure()) {
      yield chunk;
      done += chunk.length;
      if (done - reported < REPORTED_BYTES) continue;
      reported = done;
      this.#onProgress(done);
    }
  }

  async *#untilFailure(): AsyncGenerator<Uint8Array> {
    const { fd, kind } = this.#input;
    try {
      yield* kind === 'file' ? fileChunks(fd, null) : pipeChunks(fd, this.#stop);
    } catch (error) {
      this.failure = readFailureWords(error);
    }
  }
}
