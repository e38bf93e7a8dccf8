import type { RecorderFeed } from '../../tcp/recording/feed.ts';
import type { RecorderLog } from '../record/recorder-options.ts';

/** What `serve` hands to the server; the wiring is main.ts's. */
export interface ServerOptions {
  readonly feed: RecorderFeed;
  /** Read while it is written; null: nothing is kept. */
  readonly storeFile: string | null;
  readonly host: string;
  readonly port: number;
  /** Whoever comes in must know it; null: only on a loopback address. */
  readonly token: string | null;
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Host names, besides addresses, "localhost" and `host`, under which browsers may ask for it. */
  readonly allowHosts: readonly string[];
  readonly allowLab: boolean;
  readonly allowTune: boolean;
  /** Base URL of an OTLP/HTTP collector. */
  readonly otlp: string | null;
  /** Listeners (and peers) with a label of their own in /metrics; the rest is "other". */
  readonly topListeners: number;
  /** What `node` runs for `halfopen`: the lab and plans run beside the recorder, not inside of it. */
  readonly program: string;
  readonly log: RecorderLog;
}

export interface RunningServer {
  /** "http://127.0.0.1:4224/" */
  readonly url: string;
  close(): Promise<void>;
}

export type StartServer = (options: ServerOptions) => Promise<RunningServer>;
