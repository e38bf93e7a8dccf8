import type {
  DetailRequest,
  Example,
  PartCounts,
  PartDetails,
} from '../../../capture/summary/part-summary.ts';

/** A part of a capture that has been read, here or in another thread. The steps come in this order. */
export interface AnalysedPart {
  middles(): Promise<number>;
  listeners(): Promise<Int32Array>;
  count(listeners: Int32Array): Promise<PartCounts>;
  detail(request: DetailRequest): Promise<PartDetails>;
  examples(most: number): Promise<readonly Example[]>;
}
