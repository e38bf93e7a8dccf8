import type { ConnectionRecord } from '../tcp/capture.ts';
import type { EngineExports } from './engine-exports.ts';
import { PartSummary } from './summary/part-summary.ts';

/** Every connection of the engine, in the order of first packets, one at a time. */
export function* describeAll(engine: EngineExports): Generator<ConnectionRecord> {
  const summary = new PartSummary(engine);
  summary.count(null);
  yield* summary.records();
}
