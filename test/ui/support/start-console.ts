/** The recorder's own server with a recorder that the test plays. */
import { fileURLToPath } from 'node:url';
import { startServerWith } from '../../../src/server/start-server.ts';
import type { RecorderFeed } from '../../../src/tcp/recording/feed.ts';

export interface StartedConsole {
  readonly url: string;
  close(): Promise<void>;
}
export interface ConsoleOptions {
  readonly port?: number;
  readonly allowLab?: boolean;
  readonly allowTune?: boolean;
}
const silent = (): void => {};
export function startConsole(
  feed: RecorderFeed,
  storeFile: string,
  { port = 0, allowLab = false, allowTune = false }: ConsoleOptions = {},
): Promise<StartedConsole> {
  return startServerWith(
    {
      feed,
      storeFile,
      host: '127.0.0.1',
      port,
      token: null,
      tls: null,
      allowHosts: [],
      allowLab,
      allowTune,
      otlp: null,
      topListeners: 20,
      program: fileURLToPath(new URL('../../../dist/main.js', import.meta.url)),
      log: { info: silent, warn: silent, error: silent },
    },
    fileURLToPath(new URL('../../../dist/ui/', import.meta.url)),
  );
}
