import type { AnalysisShare } from '../../../capture/capture-analysis.ts';

/** What a thread is told to read. */
export interface PartOrder {
  readonly path: string;
  readonly share: AnalysisShare;
  /** Of a `CommonEnd`. */
  readonly end: SharedArrayBuffer;
}

/** One step of AnalysedPart, by name. */
export type StepName = 'middles' | 'listeners' | 'count' | 'detail' | 'examples' | 'begunBefore';

export interface StepRequest {
  readonly id: number;
  readonly step: StepName;
  readonly args: readonly unknown[];
}

export type StepReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failed: unknown };
