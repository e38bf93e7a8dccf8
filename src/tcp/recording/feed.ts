/** What a recorder tells those who look on, second by second: the console, metrics, the terminal view. Times are wall clock. */
import type { SeriesKind } from './channel.ts';
import type { Incident } from './incident.ts';

/** What a series is of. `id` is valid for one recorder and the store it writes. */
export interface LiveSubject {
  readonly id: number;
  readonly kind: SeriesKind;
  /** "web 0.0.0.0:80": the same listener after a restart goes on in the same series. */
  readonly identity: string;
  readonly about: SubjectFacts;
}

/**
 * Shown to people; may change while the identity stays.
 * host: hostname, kernelRelease, cpus. namespace: name, inode. listener: namespace (its name), inode (of the namespace), family, address,
 * port, process ("ruby"; absent: unknown), pid.
 */
export type SubjectFacts = Readonly<Record<string, string | number>>;

/** One full second: values by series id, in the order of `channelsOfKind`; `notMeasured` where nobody looked. */
export interface LiveSecond {
  readonly atSecond: number;
  readonly values: ReadonlyMap<number, Int32Array>;
}

export interface RecorderStatus {
  readonly hostname: string;
  readonly kernelRelease: string;
  readonly tool: { readonly name: string; readonly version: string };
  readonly startedMs: number;
  /** Null: nothing is kept (the terminal view). */
  readonly store: {
    readonly file: string;
    readonly bytes: number;
    /** Why nothing can be kept at the moment, in the words of the system; null: all is well. */
    readonly problem: string | null;
  } | null;
  /** What this recorder cannot see, one sentence each. */
  readonly unseen: readonly string[];
  /** Findings that are a state rather than an event (a parameter, a limit), from the last judgement of each namespace. */
  readonly standing: readonly {
    readonly finding: string;
    readonly namespace: string;
    readonly title: string;
  }[];
}

export type FeedEvent =
  | { readonly kind: 'second'; readonly second: LiveSecond }
  /** New series, or facts about one that changed. */
  | { readonly kind: 'subjects'; readonly subjects: readonly LiveSubject[] }
  /** Opened, updated or closed. */
  | { readonly kind: 'incident'; readonly incident: Incident }
  | { readonly kind: 'status'; readonly status: RecorderStatus };

export interface RecorderFeed {
  /** Those that were there in the last second. */
  readonly subjects: ReadonlyMap<number, LiveSubject>;
  /** The last full second; undefined before there was one. */
  readonly latest: LiveSecond | undefined;
  readonly openIncidents: readonly Incident[];
  readonly status: RecorderStatus;
  /** Called after each event; returns how to end it. A listener that throws is told of in the log and stays. */
  subscribe(listener: (event: FeedEvent) => void): () => void;
}
