/** Which of a run's connections is worth drawing. */
import type { LabPacket } from '../../tcp/lab-run.ts';
import type { PredictedEvent } from '../../tcp/prediction.ts';
import { outsideMs, pairEvents } from './pair-events.ts';
import { readSegments, type Segment } from './read-segments.ts';

export interface Connection {
  readonly clientPort: number;
  readonly segments: readonly Segment[];
}

/** One for each client port, in the order of their first packet; `untilMs` is when the run ended. */
export function connectionsOf(packets: readonly LabPacket[], untilMs: number): readonly Connection[] {
  const byPort = new Map<number, LabPacket[]>();
  for (const packet of packets) {
    const known = byPort.get(packet.clientPort);
    if (known === undefined) byPort.set(packet.clientPort, [packet]);
    else known.push(packet);
  }
  return [...byPort].map(([clientPort, its]) => ({ clientPort, segments: readSegments(its, untilMs) }));
}

/**
 * The one that shows most of what was predicted, and shows it best in time; without a prediction, or where several do alike, the one
 * in which most went wrong; the first of those.
 */
export function mostTelling(
  connections: readonly Connection[],
  events: readonly PredictedEvent[],
): Connection | undefined {
  let best: { readonly connection: Connection; readonly score: readonly number[] } | undefined;
  for (const connection of connections) {
    const score = scoreOf(connection, events);
    if (best === undefined || isBetter(score, best.score)) best = { connection, score };
  }
  return best?.connection;
}

function scoreOf({ segments }: Connection, events: readonly PredictedEvent[]): readonly number[] {
  const { segmentOf } = pairEvents(events, segments);
  const off = [...segmentOf].map(([event, { packet }]) => Math.abs(outsideMs(event, packet.atMs)));
  const inTime = off.filter((ms) => ms <= closeMs).length;
  return [inTime, segmentOf.size, segments.filter(isTrouble).length, segments.length];
}

/** A model leaves the round trip and this machine's noise out; a connection of a second later is another story. */
const closeMs = 250;

function isTrouble({ kind, repeat, lost, unanswered }: Segment): boolean {
  return repeat > 0 || lost || unanswered || kind === 'RST' || kind === 'ICMP';
}

function isBetter(a: readonly number[], b: readonly number[]): boolean {
  const i = a.findIndex((value, at) => value !== b[at]);
  return i >= 0 && (a[i] ?? 0) > (b[i] ?? 0);
}
