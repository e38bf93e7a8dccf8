import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire is looked at field by field
  readonly body: any;
  readonly atMs: number;
}

/** A collector of OTLP/HTTP that keeps what it takes, and misbehaves as told. */
export class Collector {
  readonly taken: Received[] = [];
  readonly refused: Received[] = [];
  /** Undefined: 200 and {}. It has to end the response if it answers true. */
  misbehave: ((path: string, response: ServerResponse) => boolean) | undefined;
  #server: Server | undefined;
  #port = 0;

  /** On the port of before, if there was one. */
  async start(host = '127.0.0.1'): Promise<string> {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const path = request.url ?? '';
        const body: unknown = JSON.parse(gunzipSync(Buffer.concat(chunks)).toString('utf8'));
        const received = { path, headers: request.headers, body, atMs: performance.now() };
        if (request.method !== 'POST') response.writeHead(405).end();
        else if (this.misbehave?.(path, response)) this.refused.push(received);
        else {
          this.taken.push(received);
          response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
        }
      });
    });
    await new Promise<void>((resolve) => this.#server?.listen(this.#port, host, resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return `http://${host.includes(':') ? `[${host}]` : host}:${this.#port}`;
  }

  of(path: string): readonly Received[] {
    return this.taken.filter((one) => one.path === path);
  }

  /** Bodies of all log records that were taken. */
  get titles(): readonly string[] {
    return this.records.map((record) => record.body.stringValue);
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  get records(): readonly any[] {
    return this.of('/v1/logs').flatMap(({ body }) => body.resourceLogs[0].scopeLogs[0].logRecords);
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve(undefined)));
    this.#server = undefined;
  }
}
