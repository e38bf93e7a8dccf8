/** What kind of churn the connections of one listener are, whoever counted them. */
export interface ChurnCounts {
  /** Connections that got a SYN-ACK, and of these, those that ended. */
  readonly answered: number;
  readonly ended: number;
  /** Of those that ended: without payload, and with a few bytes at most. Shares, 0 to 1. */
  readonly emptyShare: number;
  readonly tinyShare: number;
  /** How much a period explains, 0 to 1; 0: there is none. */
  readonly agreement: number;
  readonly perSecond: number;
  /** Payload of both directions of a usual connection. */
  readonly usualBytes: number;
}

export type ChurnKind = 'empty' | 'words' | 'short';

/** Below this rate connections without data are the usual health checks of a few load balancers. */
export const CHURN_WARNING_PER_SECOND = 10;
const INFO_PER_SECOND = 2;
/** Short connections with data are ordinary service; at this rate they are worth a remark. */
export const SHORT_PER_SECOND = 200;
const SHORT_BYTES = 512;
/** A share from which on one speaks of all of them. */
export const MOST = 0.8;
const ENOUGH_ENDED = 8;
/** Small requests look like heartbeats that say a word; only a clear rhythm tells them apart. A loaded server has a vague one. */
const CLEAR_PERIOD = 0.5;

/** Undefined: nothing to remark. */
export function churnKind(counts: ChurnCounts): ChurnKind | undefined {
  const { answered, ended, emptyShare, tinyShare, agreement, perSecond, usualBytes } = counts;
  // Connections that stay open are used, or will be: only where most of them end can "empty" be said of them.
  if (ended < ENOUGH_ENDED || ended < answered / 2) return undefined;
  const empty = emptyShare >= MOST;
  const words = tinyShare >= MOST && agreement >= CLEAR_PERIOD;
  if (empty || words) return perSecond < INFO_PER_SECOND ? undefined : empty ? 'empty' : 'words';
  return perSecond >= SHORT_PER_SECOND && usualBytes < SHORT_BYTES ? 'short' : undefined;
}
