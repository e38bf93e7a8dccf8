import type { PredictedOutcome, Prediction, Side } from '../../tcp/prediction.ts';
import { boundedArrows } from './bounded-arrows.ts';
import type { Ladder, LadderEnd } from './ladder.ts';
import { predictedArrow } from './predicted-arrow.ts';
import { readEvents } from './read-events.ts';
import { secondsText } from './seconds-text.ts';

/** What the model says will be on the wire; every time is predicted. */
export function predictionLadder(prediction: Prediction): Ladder {
  const { events, outcome } = prediction;
  const arrows = readEvents(events, endsInSilence(outcome)).map(predictedArrow);
  return {
    left: 'client',
    right: 'server',
    ...boundedArrows(arrows),
    ...(events.length === 0 ? {} : { end: predictedEnd(prediction) }),
    onlyPredicted: true,
  };
}

/** It ends because nothing comes, so what was sent last had no answer either. */
export function endsInSilence({ errno, atMs, state }: PredictedOutcome): boolean {
  return errno === 'ETIMEDOUT' || (atMs !== null && errno === null && state === 'CLOSE');
}

export function predictedEnd(prediction: Prediction): LadderEnd {
  const { outcome } = prediction;
  const side = endingSide(prediction);
  if (outcome.atMs === null) return { atMs: null, label: outcomeText(outcome, null), side };
  return { atMs: outcome.atMs, latestMs: outcome.latestMs, label: outcomeText(outcome, outcome.atMs), side };
}

/** "ETIMEDOUT after 7.1 s"; "stays ESTABLISHED". */
export function outcomeText({ errno, state }: PredictedOutcome, afterMs: number | null): string {
  const what = errno ?? state;
  if (afterMs === null) return errno === null ? `stays ${state}` : `${errno}, never`;
  return afterMs === 0 ? `${what} at once` : `${what} after ${secondsText(afterMs)}`;
}

/** Whose socket the outcome is about: the request of a SYN-ACK is the server's, else it is who sends first. */
export function endingSide({ model, events }: Prediction): Side {
  if (model === 'synack') return 'server';
  if (model === 'connect') return 'client';
  return events[0]?.from ?? 'client';
}
