import type { FileForm } from './file-form.ts';

/** A capture in steps that make sense one by one, so that any of them can be left out. */
export interface CapturePlan {
  readonly form: FileForm;
  readonly linkType: number;
  /** VLAN tags, where the link type has them. */
  readonly tags: number;
  readonly startSeconds: number;
  readonly steps: readonly PlanStep[];
}

export type PlanStep = SegmentStep | UnreachableStep | CopyStep | NoiseStep;

interface StepTime {
  /** Since the step before; may be negative. */
  readonly afterMs: number;
}

/** A segment of one of a few connections. */
export interface SegmentStep extends StepTime {
  readonly kind: 'segment';
  /** Which of the connections; of an odd one the packets are IPv6. */
  readonly connection: number;
  readonly fromClient: boolean;
  readonly flags: number;
  /** From where the sender stands, and from what the receiver has sent. */
  readonly sequenceOffset: number;
  readonly acknowledgementOffset: number;
  readonly window: number;
  readonly payloadBytes: number;
  /** Cut and padded to what a header can hold. */
  readonly options: readonly number[];
  readonly ttl: number;
  /** null: the next of the sender's. */
  readonly ipId: number | null;
  readonly oddity:
    | 'none'
    | 'zero-length'
    | 'short-length'
    | 'long-length'
    | 'fragment'
    | 'extensions'
    | 'huge-wire';
}

/** An ICMP error about the connection's last segment, or one that never was. */
export interface UnreachableStep extends StepTime {
  readonly kind: 'unreachable';
  readonly connection: number;
  readonly isRight: boolean;
}

/** The frame before it once more. */
export interface CopyStep extends StepTime {
  readonly kind: 'copy';
}

/** Anything behind the link header. */
export interface NoiseStep extends StepTime {
  readonly kind: 'noise';
  readonly bytes: readonly number[];
}
