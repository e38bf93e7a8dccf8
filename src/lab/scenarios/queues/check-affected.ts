import type { PredictedEvent } from '../../../tcp/prediction.ts';
import type { Stage } from '../../stage/stage.ts';
import type { AffectedClient } from './affected-client.ts';
import type { ClientOnWire } from './client-on-wire.ts';

/** The client that the ladder shows: its SYNs, SYN-ACKs and resets one by one, as far as they were watched. */
export function checkAffected(
  stage: Stage,
  affected: AffectedClient,
  client: ClientOnWire | undefined,
): void {
  const { trouble, events, eventsUntilMs } = affected;
  const isSeen = (ms: number): boolean => ms < eventsUntilMs - earlyMs;
  const compare = (name: string, what: PredictedEvent['what'], seenMs: readonly number[] = []): void => {
    const predicted = events.filter((event) => event.what === what);
    stage.checkEvents(name, predicted, seenMs.filter(isSeen));
  };
  const syns = client?.syns ?? [];
  if (affected.competes && trouble === 'syn-dropped' && affected.outcome.state === 'ESTABLISHED') {
    const sent = affected.syns.slice(0, Math.max(2, syns.length));
    stage.checkEvents('SYN of the first client it hits', sent, syns);
  } else compare('SYN of the first client it hits', 'SYN', syns);
  if (trouble === 'syn-dropped' || trouble === undefined) return;
  compare('SYN-ACK to it', 'SYN-ACK', client?.synAcks);
  compare('RST to it', 'RST', client?.resetsByServer);
}

/** Two clocks are compared, as in Stage. */
const earlyMs = 5;
