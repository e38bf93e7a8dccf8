/** A ladder: time runs down, every segment is an arrow between two lifelines. What the drawings start from. */
import type { Side } from '../../tcp/prediction.ts';

export interface LadderArrow {
  /** Measured, milliseconds since the origin; null: predicted but not seen. */
  readonly atMs: number | null;
  readonly from: Side;
  /** "SYN", "data 5 B", "ICMP port-unreachable" */
  readonly label: string;
  readonly predicted?: { readonly atMs: number; readonly latestMs: number };
  /** Never reached the other end. */
  readonly lost?: boolean;
  /** It (or, as far as the sender knows, it) came to nothing: no answer before it was sent again, or at all. */
  readonly unanswered?: boolean;
  /** n-th retransmission. */
  readonly repeat?: number;
  /** Its number in the capture it comes from. */
  readonly packet?: number;
  /** A few words: "0.3 s late". */
  readonly note?: string;
  readonly unexpected?: boolean;
  /** Arrows left out between the one before and this one. */
  readonly skippedBefore?: LadderSkip;
}

export interface LadderSkip {
  readonly count: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface LadderEnd {
  /** null: it does not end. */
  readonly atMs: number | null;
  /** Given: `atMs` is a prediction, and this is its latest. */
  readonly latestMs?: number | null;
  /** What is written at the lifeline: "ETIMEDOUT after 7.1 s". */
  readonly label: string;
  readonly side: Side;
  /** What was predicted for a measured end. */
  readonly predicted?: { readonly atMs: number; readonly latestMs: number };
}

export interface Ladder {
  readonly left: string;
  readonly right: string;
  /** In time order. */
  readonly arrows: readonly LadderArrow[];
  readonly end?: LadderEnd;
  /** Arrows left out in all; where, say their neighbours (`skippedBefore`). */
  readonly leftOut?: number;
  /** Nothing was measured: every time is a prediction. */
  readonly onlyPredicted?: boolean;
  /** Nothing was predicted: no place is kept for it. */
  readonly onlyMeasured?: boolean;
  /** Which connection: "client port 40001, one of 33 connections". */
  readonly about?: string;
}

/** When an arrow stands in the drawing. */
export function arrowAtMs(arrow: LadderArrow): number {
  return arrow.atMs ?? arrow.predicted?.atMs ?? 0;
}

/** "#12"; "" where it comes from no capture. */
export function packetText({ packet }: LadderArrow): string {
  return packet === undefined ? '' : `#${packet}`;
}

/** "SYN", "SYN again", "SYN again 2". */
export function arrowText({ label, repeat }: LadderArrow): string {
  if (repeat === undefined || repeat === 0) return label;
  return `${label} again ${repeat}`;
}
