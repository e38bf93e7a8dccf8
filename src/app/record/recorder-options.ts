import type { Clock } from '../../base/clock.ts';
import type { Limits } from '../../history/store/retention.ts';
import type { RecorderFeed } from '../../tcp/recording/feed.ts';

/** Where a recorder tells what happens: foreground logs, or nowhere. */
export interface RecorderLog {
  readonly info: (message: string, facts?: Readonly<Record<string, unknown>>) => void;
  readonly warn: (message: string, facts?: Readonly<Record<string, unknown>>) => void;
  readonly error: (message: string, facts?: Readonly<Record<string, unknown>>) => void;
}

export interface RecorderOptions {
  readonly tool: { readonly name: string; readonly version: string };
  readonly clock: Clock;
  /** "all", "self", a name, a pid: namespaces that come later are found as well where it is "all". */
  readonly netns: string;
  /** Left out: nothing is kept. */
  readonly store?: { readonly file: string; readonly limits: Limits };
  /** Of all rings together; 0: no black box. */
  readonly blackBoxBytes: number;
  readonly log: RecorderLog;
}

export interface Recorder extends RecorderFeed {
  /** Closes incidents and the store; nothing is lost. */
  stop(): Promise<void>;
}
