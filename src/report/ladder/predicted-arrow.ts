import type { LadderArrow } from './ladder.ts';
import type { ReadEvent } from './read-events.ts';

/** A segment that the model expects, and that was not seen (yet). */
export function predictedArrow({ event, repeat, unanswered }: ReadEvent): LadderArrow {
  return {
    atMs: null,
    from: event.from,
    label: event.what,
    predicted: { atMs: event.atMs, latestMs: event.latestMs },
    ...(repeat > 0 ? { repeat } : {}),
    ...(unanswered ? { unanswered } : {}),
  };
}
