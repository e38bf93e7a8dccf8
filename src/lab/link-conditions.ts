/** What a delayed link does to packets; what each name leaves out stays as it is without conditions. */

export type LinkDirection = 'toServer' | 'toClient';
export const linkDirections: readonly LinkDirection[] = ['toServer', 'toClient'];

/** One direction of the link. Shares are of packets, from 0 to 100. */
export interface OneWayConditions {
  /** From arriving at one device to leaving the other. */
  readonly delayMs?: number;
  /** Up to so much is added to the delay, evenly spread. It stretches gaps, but never changes the order. */
  readonly jitterMs?: number;
  readonly lossPercent?: number;
  readonly duplicatePercent?: number;
  /** Packets held back for `reorderByMs`, so that those behind them overtake. */
  readonly reorderPercent?: number;
  /** Default 5. */
  readonly reorderByMs?: number;
  /** Everything is lost, as with a cut cable that neither end notices. */
  readonly black?: boolean;
}

/**
 * A kind of segment, by what it is for: S a SYN, S. a SYN-ACK, . an acknowledgement alone, P one with payload,
 * F a FIN, R a reset.
 */
export type LinkSegmentKind = 'S' | 'S.' | '.' | 'P' | 'F' | 'R';

/** Loses exactly these segments, and no chance is involved. */
export interface LoseRule {
  readonly direction: LinkDirection;
  readonly flags: LinkSegmentKind;
  /** How many of them. */
  readonly first: number | 'all';
  /** Let so many pass before; default 0. */
  readonly skip?: number;
  /** Count for each connection (addresses and ports) by itself; default: the link as a whole. */
  readonly perConnection?: boolean;
}

export interface LinkConditions extends OneWayConditions {
  /** What differs in one direction. */
  readonly toServer?: OneWayConditions;
  readonly toClient?: OneWayConditions;
  readonly lose?: readonly LoseRule[];
  /** Of everything that is left to chance; default 1. */
  readonly seed?: number;
}

/** Packets of one direction: received + duplicated = forwarded + lost + lostByRule + overflowed + refused + waiting. */
export interface LinkCounts {
  readonly received: number;
  readonly forwarded: number;
  /** By chance, or because the link was black. */
  readonly lost: number;
  readonly lostByRule: number;
  readonly duplicated: number;
  /** Forwarded after a packet which had come behind them. */
  readonly reordered: number;
  /** Lost because the queue was full. */
  readonly overflowed: number;
  /** The device behind did not take them: it was down, say. */
  readonly refused: number;
  readonly waiting: number;
}
