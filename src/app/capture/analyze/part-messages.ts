import type { AnalysisShare } from '../../../capture/capture-analysis.ts';
import type { StepName } from '../../../capture/summary/analysed-part.ts';

/** What a thread is told to read. */
export interface PartOrder {
  readonly path: string;
  readonly share: AnalysisShare;
  /** Memory of a `CommonEnd`, and which part of it this is. */
  readonly end: SharedArrayBuffer;
  readonly part: number;
}

export interface StepRequest {
  readonly id: number;
  readonly step: StepName;
  readonly args: readonly unknown[];
}

export type StepReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failed: unknown };
