import type { CaptureAnswers, CaptureReply, CaptureRequest, ListWish } from './capture-messages.ts';

type Wish<R> = R extends { readonly id: number } ? Omit<R, 'id'> : never;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: Error) => void;
  readonly onProgress: ((doneBytes: number, totalBytes: number) => void) | undefined;
}

/** A capture in a thread of its own. Nothing of it leaves the browser. */
export class CaptureClient implements Disposable {
  readonly #worker = new Worker(new URL('./capture-worker.ts', import.meta.url), { type: 'module' });
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;

  constructor() {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<CaptureReply>) => this.#take(data));
    this.#worker.addEventListener('error', ({ message }) => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(message || 'the reading thread has ended'));
      this.#waiting.clear();
    });
  }

  read(
    file: File,
    onProgress: (doneBytes: number, totalBytes: number) => void,
  ): Promise<CaptureAnswers['read']> {
    return this.#ask({ ask: 'read', file }, onProgress);
  }

  list(wish: ListWish): Promise<CaptureAnswers['list']> {
    return this.#ask({ ask: 'list', wish });
  }

  rows(from: number, to: number): Promise<CaptureAnswers['rows']> {
    return this.#ask({ ask: 'rows', from, to });
  }

  story(number: number): Promise<CaptureAnswers['story']> {
    return this.#ask({ ask: 'story', number });
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
    this.#waiting.clear();
  }

  #ask<T>(wish: Wish<CaptureRequest>, onProgress?: Waiting['onProgress']): Promise<T> {
    const id = this.#next++;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject, onProgress });
      this.#worker.postMessage({ id, ...wish });
    });
  }

  #take(reply: CaptureReply): void {
    const waiting = this.#waiting.get(reply.id);
    if (waiting === undefined) return;
    if ('doneBytes' in reply) {
      waiting.onProgress?.(reply.doneBytes, reply.totalBytes);
      return;
    }
    this.#waiting.delete(reply.id);
    if ('failed' in reply) waiting.reject(new Error(reply.failed));
    else waiting.resolve(reply.value);
  }
}
