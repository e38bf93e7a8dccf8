import { formatCount, formatDurationMs } from '../../base/units.ts';
import { earlyMs, noiseMs } from '../../tcp/clock-tolerance.ts';
import type { LabRun } from '../../tcp/lab-run.ts';
import type { PredictedEvent, Prediction } from '../../tcp/prediction.ts';
import { boundedArrows } from './bounded-arrows.ts';
import { connectionsOf, mostTelling } from './choose-connection.ts';
import { arrowAtMs, type Ladder, type LadderArrow } from './ladder.ts';
import { measuredEnd } from './measured-end.ts';
import { outsideMs, pairEvents } from './pair-events.ts';
import { predictedArrow } from './predicted-arrow.ts';
import { endsInSilence } from './prediction-ladder.ts';
import { type ReadEvent, readEvents } from './read-events.ts';
import type { Segment } from './read-segments.ts';

/** The connection of a run that shows most, each segment beside the prediction it fulfils. */
export function runLadder(run: LabRun): Ladder {
  const events = run.predicted?.events ?? [];
  const connections = connectionsOf(run.packets, endMs(run));
  const drawn = mostTelling(connections, events);
  const arrows = arrowsOf(run, drawn?.segments ?? []);
  const end = measuredEnd(run);
  return {
    left: 'client',
    right: 'server',
    ...boundedArrows(arrows),
    ...(end === undefined ? {} : { end }),
    ...(drawn === undefined || connections.length < 2
      ? {}
      : { about: `client port ${drawn.clientPort}, one of ${formatCount(connections.length)} connections` }),
  };
}

/** The last thing that is known to have happened. `tookMs` counts from before the origin, so that it is late enough. */
function endMs({ packets, tookMs }: LabRun): number {
  return packets.reduce((latest, { atMs }) => Math.max(latest, atMs), tookMs);
}

function arrowsOf(run: LabRun, segments: readonly Segment[]): readonly LadderArrow[] {
  const { predicted } = run;
  const events = predicted?.events ?? [];
  const { eventOf, segmentOf } = pairEvents(events, segments);
  const read = predicted === null ? [] : readEvents(events, endsInSilence(predicted.outcome));
  // That the last ACK came to nothing shows in no packet; a prediction that held says so.
  const forNothing = new Set(
    read.filter(({ unanswered }) => unanswered && run.passed).map(({ event }) => event),
  );
  const seen = segments.map((segment) => {
    const event = eventOf.get(segment);
    const unanswered = segment.unanswered || (event !== undefined && forNothing.has(event));
    return seenArrow({ ...segment, unanswered }, event, predicted);
  });
  const missing = read.filter(({ event }) => !segmentOf.has(event)).map((one) => missingArrow(one, run));
  return [...seen, ...missing].toSorted((a, b) => arrowAtMs(a) - arrowAtMs(b));
}

function seenArrow(
  segment: Segment,
  event: PredictedEvent | undefined,
  prediction: Prediction | null,
): LadderArrow {
  const { packet, kind, repeat } = segment;
  const unexpected = event === undefined && prediction !== null && contradicts(segment, prediction);
  // A bare ACK is as late as what it answers.
  const note = event === undefined || kind === 'ACK' ? '' : offText(event, packet.atMs);
  return {
    atMs: packet.atMs,
    from: packet.from,
    label: labelOf(segment),
    ...(event === undefined ? {} : { predicted: { atMs: event.atMs, latestMs: event.latestMs } }),
    ...(segment.lost ? { lost: true } : {}),
    ...(segment.unanswered ? { unanswered: true } : {}),
    ...(repeat > 0 ? { repeat } : {}),
    ...(unexpected ? { unexpected: true, note: 'not predicted' } : note === '' ? {} : { note }),
  };
}

function labelOf({ packet, kind }: Segment): string {
  if (kind === 'ICMP') return packet.flags;
  if (kind === 'data') return `data ${formatCount(packet.bytes)} B`;
  return packet.bytes > 0 ? `${kind}, ${formatCount(packet.bytes)} B` : kind;
}

/**
 * The prediction speaks of this sender's segments of this kind and has no such one now. A model leaves out what opens and closes
 * a connection around it, and what merely acknowledges; a reset or an ICMP error in the middle it would not.
 */
function contradicts({ packet, kind }: Segment, { events, outcome }: Prediction): boolean {
  if (kind === 'ACK' || events.length === 0) return false;
  const startMs = events[0]?.atMs ?? 0;
  const lastMs = Math.max(...events.map(({ latestMs }) => latestMs), outcome.latestMs ?? 0);
  if (packet.atMs < startMs - earlyMs || packet.atMs > lastMs + noiseMs) return false;
  if (kind === 'RST' || kind === 'ICMP') return true;
  return events.some(({ from, what }) => from === packet.from && what === kind);
}

function missingArrow(missing: ReadEvent, run: LabRun): LadderArrow {
  const reached = run.complete || missing.event.latestMs <= endMs(run);
  return { ...predictedArrow(missing), note: reached ? 'not seen' : 'not reached' };
}

function offText(event: PredictedEvent, atMs: number): string {
  const off = outsideMs(event, atMs);
  if (off > noiseMs) return `${formatDurationMs(off)} late`;
  return off < -earlyMs ? `${formatDurationMs(-off)} early` : '';
}
