import type { PartSummary } from './part-summary.ts';

/** What can be asked of a part of a capture that has been read, in this order. */
export type StepName =
  | 'countSettled'
  | 'answering'
  | 'count'
  | 'endpoints'
  | 'joinEndpoints'
  | 'detail'
  | 'clientBits'
  | 'joinClients'
  | 'describe'
  | 'begunBefore';

/** A part of a capture that is read here or in another thread; a step waits until it has been read. */
export interface AnalysedPart {
  ask<S extends StepName>(step: S, ...args: Parameters<PartSummary[S]>): Promise<ReturnType<PartSummary[S]>>;
}
