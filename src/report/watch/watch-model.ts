import type { RecorderStatus } from '../../tcp/recording/feed.ts';
import type { Incident } from '../../tcp/recording/incident.ts';

/** A listener of the last second. `undefined`: nobody looked. */
export interface WatchRow {
  readonly id: number;
  /** "0.0.0.0:24224" */
  readonly listener: string;
  readonly namespace: string;
  readonly process: string | undefined;
  readonly pid: number | undefined;
  /** The longest that the queue was in the last second. */
  readonly length: number | undefined;
  readonly limit: number | undefined;
  /** Of the last minute, oldest first. */
  readonly peaks: readonly (number | undefined)[];
  /** The highest of them. */
  readonly peak: number;
  readonly dropsPerMinute: number;
  /** All other channels of the last second, by name. */
  readonly now: Readonly<Record<string, number | undefined>>;
  /** That are open. */
  readonly incidents: readonly Incident[];
}

export interface WatchNamespace {
  readonly name: string;
  /** Channels by name; those that are not measured each second are of the last time they were. */
  readonly now: Readonly<Record<string, number | undefined>>;
}

export const watchSorts = ['worst', 'drops', 'fill', 'name'] as const;
export type WatchSort = (typeof watchSorts)[number];

/** What the person at the keys has chosen. */
export interface WatchChoice {
  readonly sort: WatchSort;
  readonly filter: string;
  /** The filter is being typed. */
  readonly isTyping: boolean;
  readonly isPaused: boolean;
  readonly showsHelp: boolean;
  /** A listener that is chosen in the list, and one that is looked at alone. */
  readonly selected: number | undefined;
  readonly opened: number | undefined;
}

/** What is on the screen. */
export interface WatchModel {
  readonly status: RecorderStatus;
  /** Undefined: no second is full yet. */
  readonly atSecond: number | undefined;
  /** In the order of the list, filtered. */
  readonly rows: readonly WatchRow[];
  /** How many there are without the filter. */
  readonly listeners: number;
  readonly namespaces: readonly WatchNamespace[];
  /** That are open. */
  readonly incidents: readonly Incident[];
  readonly choice: WatchChoice;
}
