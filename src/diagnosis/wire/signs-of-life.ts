import type { CaptureFacts, CaptureListener, ConnectionRecord } from '../../tcp/capture.ts';
import { examplesOf } from './telling-examples.ts';

/** When the first of the SYNs went unanswered, as far as the examples tell; ms from the first packet. Undefined: none is kept. */
export function firstUnansweredMs(facts: CaptureFacts, listener: CaptureListener): number | undefined {
  const unanswered = examplesOf(facts, ['syn-timeout'], listener).map(({ fromMs }) => fromMs);
  return unanswered.length === 0 ? undefined : Math.min(...unanswered);
}

/** Whether one of the examples shows that this host has sent something after that moment, on whatever port. */
export function hasSpokenAfter({ examples }: CaptureFacts, address: string, sinceMs: number): boolean {
  return examples.some(
    (one) =>
      (one.server === address && serverSpoke(one, sinceMs)) ||
      (one.client === address && (one.syn.atMs.at(-1) ?? 0) > sinceMs),
  );
}

/** What is acknowledged goes on; this is how long a client may go on without an answer before it repeats itself. */
const UNNOTICED_MS = 1000;
/** So exactly is the moment of an end known. */
const MOMENT_MS = 1.5;

function serverSpoke(
  { synAck, end, fromClient, fromServer, toMs, judgement }: ConnectionRecord,
  sinceMs: number,
): boolean {
  if ((synAck.atMs.at(-1) ?? 0) > sinceMs) return true;
  const closedAfter = end.atMs !== null && end.atMs > sinceMs;
  const repeatsNothing = fromClient.retransmissions.timeout === 0;
  // The client's FIN was acknowledged, or answered with the server's own.
  const wasAcknowledged =
    judgement.id === 'half-closed' || (repeatsNothing && toMs > (end.atMs ?? 0) + MOMENT_MS);
  const wasHeard = end.how === 'fin' && (fromServer.fin || wasAcknowledged);
  if (closedAfter && (end.by === 'server' || wasHeard)) return true;
  const isTalk = fromServer.packets > synAck.sends && repeatsNothing;
  return end.how === 'open' && isTalk && toMs > sinceMs + UNNOTICED_MS;
}
