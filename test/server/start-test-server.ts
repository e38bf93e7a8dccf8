import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServerOptions } from '../../src/app/serve/server-options.ts';
import { startServerWith } from '../../src/server/start-server.ts';
import { FakeFeed } from '../recording/fake-feed.ts';

export interface TestServer {
  readonly feed: FakeFeed;
  readonly url: string;
  readonly port: number;
  /** What was logged, "warn: ..." */
  readonly logged: readonly string[];
  readonly close: () => Promise<void>;
}

/** The real server on a port of its own, with a recorder that the test plays; `console` names files below a folder that is served. */
export async function startTestServer(
  changes: Partial<ServerOptions> & { readonly consoleFolder?: string } = {},
): Promise<TestServer> {
  const feed = new FakeFeed();
  const logged: string[] = [];
  const { consoleFolder = '/nonexistent', ...options } = changes;
  const log =
    (level: string) =>
    (message: string, facts?: unknown): void => {
      logged.push(`${level}: ${message}${facts === undefined ? '' : ` ${JSON.stringify(facts)}`}`);
    };
  const server = await startServerWith(
    {
      feed,
      storeFile: null,
      host: '127.0.0.1',
      port: 0,
      token: null,
      tls: null,
      allowHosts: [],
      allowLab: false,
      allowTune: false,
      otlp: null,
      topListeners: 20,
      program: fileURLToPath(new URL('../../dist/main.js', import.meta.url)),
      log: { info: log('info'), warn: log('warn'), error: log('error') },
      ...options,
    },
    consoleFolder,
  );
  return {
    feed,
    url: server.url,
    port: Number(new URL(server.url).port),
    logged,
    close: () => server.close(),
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** A request with exactly these headers: fetch() does not let one say which Host, Origin or Cookie is sent. */
export function ask(
  { port }: Pick<TestServer, 'port'>,
  target: string,
  {
    method = 'GET',
    headers = {},
    body,
    host = '127.0.0.1',
  }: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string | Buffer;
    readonly host?: string;
  } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, path: target, method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Bytes as they are, and what comes back until the server closes, or for `ms`. */
export function raw(port: number, bytes: string, ms = 3000): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
    });
    const done = (): void => {
      clearTimeout(late);
      socket.destroy();
      resolve(text);
    };
    const late = setTimeout(done, ms);
    socket.on('close', done).on('error', done);
  });
}

export function temporaryFolder(): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'halfopen-server-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
