import type { Side } from '../../../tcp/prediction.ts';
import type { Stage } from '../../stage/stage.ts';

/** The doctor judges by what it sees at the end of its window, which is `endMs` on the timeline. Its own overhead is some 10 ms. */
export async function doctorWatchesUntil(
  stage: Stage,
  side: Side,
  endMs: number,
  windowMs = 1000,
): Promise<void> {
  await stage.at(endMs - windowMs);
  await stage.diagnose(side, Math.max(200, endMs - stage.nowMs()));
}
