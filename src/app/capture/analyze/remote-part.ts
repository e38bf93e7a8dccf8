import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { AnalysedPart } from '../../../capture/summary/analysed-part.ts';
import type { PartOrder, StepReply, StepRequest } from './part-messages.ts';

/** Node 20 runs no TypeScript: in the sources there is no thread to start. */
const threadFile = fileURLToPath(new URL('./part-thread.js', import.meta.url));

export function canStartThreads(): boolean {
  return existsSync(threadFile);
}

/** What a thread computes with lies outside of its heap, which needs no room for garbage. */
const resourceLimits = { maxYoungGenerationSizeMb: 4 };

/** A part of a capture that another thread reads, which begins at once. */
export class RemotePart implements AnalysedPart, Disposable {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;

  constructor(workerData: PartOrder) {
    this.#worker = new Worker(threadFile, { workerData, resourceLimits });
    this.#worker.on('message', (reply: StepReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#failAll(error));
  }

  /** The thread ends on its own time, while what it found is told. */
  [Symbol.dispose](): void {
    void this.#worker.terminate();
  }

  ask: AnalysedPart['ask'] = (step, ...args) => {
    const request: StepRequest = { id: this.#next++, step, args };
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.id, { resolve: resolve as (value: unknown) => void, reject });
      this.#worker.postMessage(request);
    });
  };

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
