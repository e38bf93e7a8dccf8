/** The console's files and the API that it asks, until there is the recorder's own server: the same contract, the same policy. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { HistoryReader } from '../../../src/app/history/history-reader.ts';
import type { ApiHello, ApiSecond, ApiSession } from '../../../src/contract/api.ts';
import { channelsOfKind } from '../../../src/tcp/recording/channel.ts';
import type { FeedEvent, LiveSecond, RecorderFeed } from '../../../src/tcp/recording/feed.ts';
import { cannedAnswers } from './canned-answers.ts';

const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; font-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export interface StartedConsole {
  readonly url: string;
  close(): Promise<void>;
}

export interface ConsoleOptions {
  readonly port?: number;
  readonly allowLab?: boolean;
  readonly allowTune?: boolean;
}

export async function startConsole(
  feed: RecorderFeed,
  storeFile: string,
  { port = 0, allowLab = false, allowTune = false }: ConsoleOptions = {},
): Promise<StartedConsole> {
  const reader = HistoryReader.open(storeFile);
  const session: ApiSession = { allowLab, allowTune, csrf: 'token' };
  const streams = new Set<ServerResponse>();
  const end = feed.subscribe((event) => {
    for (const stream of streams) stream.write(eventText(event));
  });
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('content-security-policy', policy);
    if (!url.pathname.startsWith('/api/v1/')) return sendFile(url.pathname, response);
    const route = url.pathname.slice('/api/v1/'.length);
    if (route === 'events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(text('hello', helloOf(feed)));
      streams.add(response);
      response.on('close', () => streams.delete(response));
      return;
    }
    const answer = answerTo(route, url.searchParams, request.method ?? 'GET');
    if (answer instanceof Uint8Array) {
      response.writeHead(200, { 'content-type': 'application/x-pcapng' }).end(answer);
      return;
    }
    const body = answer ?? { error: { attempted: 'answer', said: 'there is no such route' } };
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });

  function answerTo(route: string, query: URLSearchParams, method: string): unknown {
    if (route === 'session') return session;
    if (route === 'series') return seriesOf(reader, query);
    if (route === 'incidents')
      return { incidents: reader.incidents({ most: Number(query.get('most') ?? 200) }) };
    const [first, id = '', part] = route.split('/');
    if (first === 'incidents') {
      const found = reader.incident(id);
      const box = reader.blackBox(id);
      if (part !== undefined) return box?.pcapng;
      if (found === undefined) return undefined;
      const blackBox =
        box === undefined ? null : { fromMs: box.fromMs, toMs: box.toMs, bytes: box.pcapng.length };
      return { incident: found.incident, detail: found.detail ?? null, blackBox };
    }
    return cannedAnswers(route, query, method);
  }

  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      end();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      reader[Symbol.dispose]();
    },
  };
}

function sendFile(pathname: string, response: ServerResponse): void {
  const file = path.join('dist/ui', path.normalize(pathname));
  const isFile = path.extname(file) !== '' && existsSync(file);
  if (!isFile && path.extname(file) !== '') {
    response.writeHead(404).end();
    return;
  }
  const sent = isFile ? file : 'dist/ui/index.html';
  response.writeHead(200, { 'content-type': types[path.extname(sent)] ?? 'application/octet-stream' });
  response.end(readFileSync(sent));
}

function seriesOf(reader: HistoryReader, query: URLSearchParams): unknown {
  const now = Math.floor(Date.now() / 1000);
  const ids = query.get('ids')?.split(',').map(Number);
  const series = reader.series({
    fromSecond: Number(query.get('from') ?? now - 300),
    toSecond: Number(query.get('to') ?? now),
    mostRows: Number(query.get('rows') ?? 600),
    ...(ids === undefined ? {} : { ids }),
  });
  return {
    series: series.map(({ columns, channels, ...rest }) => ({
      ...rest,
      channels,
      values: Object.fromEntries(channels.map(({ name }, i) => [name, [...(columns[i] ?? [])]])),
    })),
  };
}

const text = (kind: string, data: unknown): string => `event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;

function eventText(event: FeedEvent): string {
  switch (event.kind) {
    case 'second':
      return text('second', secondOf(event.second));
    case 'subjects':
      return text('subjects', event.subjects);
    case 'incident':
      return text('incident', event.incident);
    case 'status':
      return text('status', event.status);
  }
}

function helloOf(feed: RecorderFeed): ApiHello {
  return {
    status: feed.status,
    channels: channelsOfKind,
    subjects: [...feed.subjects.values()],
    second: feed.latest === undefined ? null : secondOf(feed.latest),
    openIncidents: feed.openIncidents,
  };
}

function secondOf({ atSecond, values }: LiveSecond): ApiSecond {
  return { atSecond, values: Object.fromEntries([...values].map(([id, row]) => [String(id), [...row]])) };
}
