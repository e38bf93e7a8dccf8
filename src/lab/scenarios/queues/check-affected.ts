import { earlyMs, noiseMs } from '../../../tcp/clock-tolerance.ts';
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
  const predicted = (what: PredictedEvent['what']): PredictedEvent[] =>
    events.filter((event) => event.what === what);
  const syns = client?.syns ?? [];
  if (affected.competes && trouble === 'syn-dropped' && affected.outcome.state === 'ESTABLISHED') {
    check(stage, 'SYN of the first client it hits', affected.syns.slice(0, Math.max(2, syns.length)), syns);
  } else check(stage, 'SYN of the first client it hits', predicted('SYN'), syns.filter(isSeen));
  if (trouble === 'syn-dropped' || trouble === undefined) return;
  check(stage, 'SYN-ACK to it', predicted('SYN-ACK'), client?.synAcks.filter(isSeen) ?? [], 1);
  check(stage, 'RST to it', predicted('RST'), client?.resetsByServer.filter(isSeen) ?? [], 3);
}

/** `crossings`: how often the link was crossed before, each time by a process that has to be scheduled. */
function check(
  stage: Stage,
  name: string,
  predicted: readonly PredictedEvent[],
  measuredMs: readonly number[],
  crossings = 0,
): void {
  const slackMs = noiseMs * (stage.number('delayMs') > 0 ? 1 + crossings : 1);
  stage.checkExact(`${name}: how many`, predicted.length, measuredMs.length, 'segments');
  for (const [i, event] of predicted.entries())
    stage.checkTime(`${name} ${i + 1}`, event, measuredMs[i], slackMs);
}
