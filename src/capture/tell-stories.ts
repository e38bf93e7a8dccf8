import type { ConnectionStory } from '../tcp/capture.ts';
import type { CaptureAnalysis } from './capture-analysis.ts';
import type { StoryCollector } from './story-collector.ts';
import { PartSummary } from './summary/part-summary.ts';

/** Connections with their packets, once a collector has seen the whole capture; numbers that the capture does not have are left out. */
export function tellStories(
  analysis: CaptureAnalysis,
  collector: StoryCollector,
  numbers: readonly number[],
): readonly ConnectionStory[] {
  const summary = new PartSummary(analysis.engine);
  if (summary.countSettled() === null) summary.count(summary.answering());
  const collected = collector.collected();
  const found = numbers.filter((number) => collected.has(number));
  const records = summary.describe(found);
  return records.flatMap((connection, i) => {
    const story = collected.get(found[i] ?? -1);
    return story === undefined ? [] : [{ connection, ...story }];
  });
}
