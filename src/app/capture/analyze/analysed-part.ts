import type { Example, ListenerDetails, PartCounts } from '../../../capture/summary/part-summary.ts';

/** A part of a capture that has been read, here or in another thread. The steps come in this order. */
export interface AnalysedPart {
  middles(): Promise<number>;
  listeners(): Promise<Int32Array>;
  count(listeners: Int32Array): Promise<PartCounts>;
  detail(listeners: Int32Array, steps: number, stepMs: number): Promise<ListenerDetails>;
  examples(most: number): Promise<readonly Example[]>;
}
