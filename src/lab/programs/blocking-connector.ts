import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** What a thread is told, and where it writes: memory it shares with the program. */
export interface ConnectOrder {
  readonly cells: Int32Array;
  /** When connect was called and when it came back, by `monotonicMs`. */
  readonly times: Float64Array;
  readonly to: string;
  readonly port: number;
  /** An eventfd, to tell that it came back. */
  readonly wakeFd: number;
}

/** Places in `cells`. */
export const cell = { fd: 0, errno: 1, returned: 2 } as const;

/** One blocking connect(2) in a thread of its own. */
export class BlockingConnector {
  readonly #order: ConnectOrder;

  private constructor(order: ConnectOrder) {
    this.#order = order;
  }

  /** Resolves when the thread only waits for a descriptor. */
  static async start(to: string, port: number, wakeFd: number): Promise<BlockingConnector> {
    const cells = new Int32Array(new SharedArrayBuffer(12)).fill(-1);
    const times = new Float64Array(new SharedArrayBuffer(16));
    const order = { cells, times, to, port, wakeFd };
    const worker = new Worker(new URL('./blocking-connect.js', import.meta.url), { workerData: order });
    worker.unref();
    await once(worker, 'message');
    return new BlockingConnector(order);
  }

  connect(fd: number): void {
    Atomics.store(this.#order.cells, cell.fd, fd);
    Atomics.notify(this.#order.cells, cell.fd);
  }

  /** Undefined while it is still connecting. `errno` 0: connected. */
  returned(): { readonly errno: number; readonly calledAtMs: number; readonly atMs: number } | undefined {
    const { cells, times } = this.#order;
    if (Atomics.load(cells, cell.returned) !== 1) return undefined;
    const [calledAtMs = 0, atMs = 0] = times;
    return { errno: Atomics.load(cells, cell.errno), calledAtMs, atMs };
  }
}
