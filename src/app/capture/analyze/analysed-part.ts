import type { EndpointRows } from '../../../capture/summary/endpoint-rows.ts';
import type {
  DetailRequest,
  Example,
  PartCounts,
  PartDetails,
} from '../../../capture/summary/part-summary.ts';

/** A part of a capture that has been read, here or in another thread. The steps come in this order. */
export interface AnalysedPart {
  middles(): Promise<number>;
  listeners(): Promise<EndpointRows>;
  count(listeners: EndpointRows | null): Promise<PartCounts>;
  detail(request: DetailRequest): Promise<PartDetails>;
  examples(most: number): Promise<readonly Example[]>;
  /** How many connections of the part began before each of these packets. */
  begunBefore(packets: readonly number[]): Promise<readonly number[]>;
}
