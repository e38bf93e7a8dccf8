import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { isIPv6 } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { LabRuns } from '../app/serve/lab-runs.ts';
import { isLoopbackHost, refuseOpenDoor } from '../app/serve/open-door.ts';
import type { RunningServer, ServerOptions, StartServer } from '../app/serve/server-options.ts';
import { exitCodes, HalfopenError } from '../base/errors.ts';
import { buildApp } from './build-app.ts';
import { allCompanions } from './companions.ts';
import { builtConsole, readConsoleFiles } from './console/console-files.ts';
import { EventHub } from './events/event-hub.ts';
import { frontDoor } from './front-door.ts';
import { allRoutes } from './routes/all-routes.ts';
import type { Surroundings } from './routes/route.ts';
import { StoreReader } from './routes/store-reader.ts';
import { Access } from './security/access.ts';
import { hostCheck } from './security/host-check.ts';

/** Whoever sends slowly, or nothing, is let go; so are those who read nothing. */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 2000,
  maxHeaderSize: 16 * 1024,
} as const;
const IDLE_MS = 60_000;
const MOST_HEADERS = 100;
const MOST_CONNECTIONS = 500;

/** Throws HalfopenError: usage for an address without a token, cannotObserve where it cannot be listened on. */
export const startServer: StartServer = (options) => startServerWith(options, builtConsole);

/** `consoleFolder`: the built console. */
export async function startServerWith(options: ServerOptions, consoleFolder: string): Promise<RunningServer> {
  const { feed, host, token, tls, log } = options;
  refuseOpenDoor(host, token);
  const closing: (() => void | Promise<void>)[] = [];
  const nowMs = (): number => Date.now();
  const events = new EventHub(feed);
  const store = new StoreReader(options.storeFile);
  const lab = options.allowLab ? new LabRuns(options.program, nowMs) : null;
  const surroundings: Surroundings = {
    options,
    access: new Access({ token, isTls: tls !== null, nowMs }),
    events,
    store,
    consoleFiles: readConsoleFiles(consoleFolder),
    lab,
    nowMs,
    onClose: (close) => closing.push(close),
  };
  const app = buildApp(allRoutes(surroundings), surroundings);
  const server = createServer(options, getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  const closeAll = async (): Promise<void> => {
    events.close();
    await Promise.all([...closing.map((close) => close()), lab?.close()]);
    store.close();
  };
  try {
    await listen(server, options);
  } catch (error) {
    await closeAll();
    throw error;
  }
  closing.push(
    ...allCompanions.flatMap((start) => {
      const companion = start(options);
      return companion === null ? [] : [() => companion.close()];
    }),
  );
  if (tls === null && !isLoopbackHost(host))
    log.warn('without TLS the token and all that is shown can be read on the way (--tls-cert, --tls-key)');
  return { url: urlOf(server, options), close: () => close(server, closeAll) };
}

function createServer({ tls, host, allowHosts }: ServerOptions, handle: http.RequestListener): http.Server {
  const mayEnter = frontDoor(hostCheck(host, allowHosts));
  const listener: http.RequestListener = (incoming, outgoing) => {
    if (mayEnter(incoming, outgoing)) handle(incoming, outgoing);
  };
  const server =
    tls === null
      ? http.createServer(limits, listener)
      : https.createServer({ ...limits, ...tls, minVersion: 'TLSv1.2' }, listener);
  server.timeout = IDLE_MS;
  server.maxHeadersCount = MOST_HEADERS;
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

function listen(server: http.Server, { host, port, token }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)));
    server.listen(port, host, () => {
      const { address } = server.address() as AddressInfo;
      // A name means what /etc/hosts says.
      if (token !== null || isLoopbackHost(address)) resolve();
      else server.close(() => reject(cannotListen(new Error(`it is ${address} here`), host, port)));
    });
  });
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): HalfopenError {
  const remedies: Readonly<Record<string, string>> = {
    EADDRINUSE: 'Another program listens there, a recorder perhaps; --port N takes another port.',
    EACCES: 'Ports below 1024 need root (CAP_NET_BIND_SERVICE); --port N takes another port.',
    EADDRNOTAVAIL: 'This host does not have the address; --host ADDR takes another one.',
  };
  const remedy = remedies[error.code ?? ''];
  return new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'listen on',
    on: `${host} port ${port}`,
    said: error.message,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

function urlOf(server: http.Server, { tls, host }: ServerOptions): string {
  const { port } = server.address() as AddressInfo;
  return `${tls === null ? 'http' : 'https'}://${isIPv6(host) ? `[${host}]` : host}:${port}/`;
}

/** Ends what runs and lets nobody keep it from ending. */
async function close(server: http.Server, closeAll: () => Promise<void>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await closeAll();
  // Answers that are on their way have a moment.
  server.closeIdleConnections();
  const hurry = setTimeout(() => server.closeAllConnections(), 300);
  await closed;
  clearTimeout(hurry);
}
