import type { LinkConditions, LinkCounts } from '../link-conditions.ts';

export interface ForwarderOptions {
  /** The client's end first. */
  readonly ends: readonly [ForwarderEnd, ForwarderEnd];
  readonly conditions: LinkConditions;
}

export interface ForwarderEnd {
  /** /run/netns/NAME, where the device is made. */
  readonly namespacePath: string;
  readonly device: string;
}

export interface ForwarderReady {
  readonly pid: number;
}

/** Said at SIGTERM, and as the answer to each message. */
export interface ForwarderDone {
  readonly toServer: LinkCounts;
  readonly toClient: LinkCounts;
}

/** What it understands on standard input, a line each: conditions which replace those of the same name; may be none. */
export interface ForwarderMessage {
  readonly change: LinkConditions;
}
