import type { ServerResponse } from 'node:http';

const HEARTBEAT_MS = 15_000;
/** What a viewer may lag behind: some two minutes of 200 listeners. Then it is let go, and comes back by itself. */
const MOST_WAITING_BYTES = 1024 ** 2;

/** One text/event-stream, written straight to Node's response: what is sent to many is made once. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #heartbeat: NodeJS.Timeout;
  readonly ended: Promise<void>;

  /** `first` is sent at once. */
  constructor(response: ServerResponse, first: string) {
    this.#response = response;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // For proxies in between (nginx).
      'x-accel-buffering': 'no',
    });
    response.write(`retry: 2000\n\n${first}`);
    this.#heartbeat = setInterval(() => this.send(': still here\n\n'), HEARTBEAT_MS);
    this.ended = new Promise((resolve) => {
      response.on('close', () => {
        clearInterval(this.#heartbeat);
        resolve();
      });
    });
    // A viewer that goes away while it is written to is no failure.
    response.on('error', () => {});
  }

  /** Whoever does not read is let go rather than waited for. */
  send(text: string | Uint8Array): void {
    if (this.#response.destroyed) return;
    if (this.#response.writableLength > MOST_WAITING_BYTES) this.#response.destroy();
    else this.#response.write(text);
  }

  end(): void {
    this.#response.end();
  }
}
