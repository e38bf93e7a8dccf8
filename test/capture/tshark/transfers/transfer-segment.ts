import type { Side } from '../../../../src/tcp/prediction.ts';

/** Why its sender sent it. */
export type SentFor =
  | 'once'
  | 'syn-again'
  | 'syn-ack-again'
  /** Its timer had run out, for this or for what was sent before it. */
  | 'timeout'
  /** Duplicate ACKs or SACK blocks told that it was lost. */
  | 'fast'
  | 'keepalive'
  | 'window-probe';

/** Numbers are relative to the initial sequence numbers, so that the first byte is 1. */
export interface TransferSegment {
  readonly from: Side;
  readonly sequence: number;
  readonly payloadBytes: number;
  readonly syn: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
  /** null: no ACK flag. */
  readonly acknowledgement: number | null;
  readonly window: number;
  /** What has arrived above `acknowledgement`; ends of ranges are excluded. */
  readonly sacked: readonly { readonly from: number; readonly to: number }[];
  readonly sentFor: SentFor;
  readonly ipId: number;
}

/** One beyond the last number that it takes. */
export function endOf({ sequence, payloadBytes, syn, fin }: TransferSegment): number {
  return sequence + payloadBytes + (syn ? 1 : 0) + (fin ? 1 : 0);
}
