import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { AnalysisShare } from '../../../capture/capture-analysis.ts';
import type { DetailRequest } from '../../../capture/summary/part-summary.ts';
import type { AnalysedPart } from './analysed-part.ts';
import type { PartOrder, StepName, StepReply, StepRequest } from './part-messages.ts';

/** Node 20 runs no TypeScript: in the sources there is no thread to start. */
const threadFile = fileURLToPath(new URL('./part-thread.js', import.meta.url));

export function canStartThreads(): boolean {
  return existsSync(threadFile);
}

/** What a thread computes with lies outside of its heap, which needs no room for garbage. */
const resourceLimits = { maxYoungGenerationSizeMb: 4 };

/** A part of a capture that another thread reads, which begins at once; `end` is memory of a `CommonEnd`. */
export class RemotePart implements AnalysedPart, Disposable {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;

  constructor(path: string, share: AnalysisShare, end: SharedArrayBuffer) {
    const workerData: PartOrder = { path, share, end };
    this.#worker = new Worker(threadFile, { workerData, resourceLimits });
    this.#worker.on('message', (reply: StepReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#failAll(error));
  }

  middles(): Promise<number> {
    return this.#ask('middles', []);
  }

  listeners(): ReturnType<AnalysedPart['listeners']> {
    return this.#ask('listeners', []);
  }

  count(listeners: Int32Array): ReturnType<AnalysedPart['count']> {
    return this.#ask('count', [listeners]);
  }

  detail(request: DetailRequest): ReturnType<AnalysedPart['detail']> {
    return this.#ask('detail', [request]);
  }

  examples(most: number): ReturnType<AnalysedPart['examples']> {
    return this.#ask('examples', [most]);
  }

  /** The thread ends on its own time, while what it found is told. */
  [Symbol.dispose](): void {
    void this.#worker.terminate();
  }

  #ask<T>(step: StepName, args: readonly unknown[]): Promise<T> {
    const request: StepRequest = { id: this.#next++, step, args };
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(request.id, { resolve: resolve as (value: unknown) => void, reject });
      this.#worker.postMessage(request);
    });
  }

  #settle(reply: StepReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('value' in reply) waiting?.resolve(reply.value);
    else waiting?.reject(reply.failed);
  }

  #failAll(error: unknown): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}
