import { statSync } from 'node:fs';
import { CaptureAnalysis } from '../../../capture/capture-analysis.ts';
import { CaptureReader } from '../../../capture/file/capture-reader.ts';
import { StoryCollector } from '../../../capture/story-collector.ts';
import { tellStories } from '../../../capture/tell-stories.ts';
import type { ConnectionStory } from '../../../tcp/capture.ts';
import { type ReadCaptureOptions, readCapture } from '../input/read-capture.ts';

/** Whether `path` can be read a second time. */
export function canReadAgain(path: string): boolean {
  return path !== '-' && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/**
 * Reads the capture at `path` for the packets of some of its connections, by number; those that it does not have are left out.
 * Throws HalfopenError (cannotObserve) when nothing in it can be read.
 */
export async function collectStories(
  path: string,
  numbers: readonly number[],
  options: ReadCaptureOptions,
): Promise<readonly ConnectionStory[]> {
  const analysis = new CaptureAnalysis();
  const collector = new StoryCollector(analysis, new Set(numbers));
  await readCapture(path, new CaptureReader(collector), options);
  return tellStories(analysis, collector, numbers);
}
