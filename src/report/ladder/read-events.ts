/** The same reading as of packets, for events that were only predicted. */
import type { PredictedEvent } from '../../tcp/prediction.ts';
import { asksForAnswer } from './read-segments.ts';

export interface ReadEvent {
  readonly event: PredictedEvent;
  readonly repeat: number;
  readonly unanswered: boolean;
}

/**
 * Numbers what is sent again and tells what comes to nothing: an event that asks for an answer has none when its sender repeats
 * it first, or when nothing comes from the other side any more and the end says so (`endsSilently`).
 */
export function readEvents(events: readonly PredictedEvent[], endsSilently: boolean): readonly ReadEvent[] {
  return events.map((event, i) => {
    const later = events.slice(i + 1);
    const next = later.findIndex((one) => isSame(one, event));
    const until = next < 0 ? later : later.slice(0, next);
    const isAnswered = until.some(({ from }) => from !== event.from);
    const unanswered = asksForAnswer(event.what)
      ? !isAnswered && (next >= 0 || endsSilently)
      : isForNothing(events, i, endsSilently);
    return { event, repeat: repeatOf(events, i), unanswered };
  });
}

function isSame(a: PredictedEvent, b: PredictedEvent): boolean {
  return a.from === b.from && a.what === b.what;
}

/** Probes and data that were answered in between are new ones. */
function repeatOf(events: readonly PredictedEvent[], i: number): number {
  const event = events[i];
  if (event === undefined || !asksForAnswer(event.what)) return 0;
  let repeat = 0;
  for (let j = i - 1; j >= 0; j--) {
    const before = events[j];
    if (before === undefined) break;
    if (isSame(before, event)) repeat++;
    else if (before.from !== event.from && (event.what === 'probe' || event.what === 'data')) break;
  }
  return repeat;
}

/** A bare ACK of something that the other side sends again, or has sent again and then forgets (`endsSilently`). */
function isForNothing(events: readonly PredictedEvent[], i: number, endsSilently: boolean): boolean {
  const ack = events[i];
  if (ack?.what !== 'ACK') return false;
  const before = events.slice(0, i).findLast(({ from }) => from !== ack.from);
  const after = events.slice(i + 1).find(({ from }) => from !== ack.from);
  if (before === undefined || !/^(SYN|SYN-ACK|FIN)$/.test(before.what)) return false;
  if (after !== undefined) return isSame(before, after);
  return endsSilently && events.filter((event) => isSame(event, before)).length > 1;
}
