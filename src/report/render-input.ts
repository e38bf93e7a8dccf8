import type { Observation } from '../tcp/observation.ts';
import type { Report } from '../tcp/report.ts';

/** What every rendering starts from: the report, and the observation it was built from (for queues over time). */
export interface RenderInput {
  readonly report: Report;
  readonly observation: Observation;
}
