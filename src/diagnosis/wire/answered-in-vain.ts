import type { CaptureFacts, CaptureListener, ConnectionRecord } from '../../tcp/capture.ts';
import { judged } from './listener-counts.ts';
import { examplesOf } from './telling-examples.ts';

const ENOUGH_REPEATS = 3;

/** Who sends data again and again to a peer that answers each time, and acknowledges none of it. */
export function sentInVainBy({ fromClient, fromServer }: ConnectionRecord): 'client' | 'server' | undefined {
  const inVain = (
    { retransmissions }: ConnectionRecord['fromClient'],
    { duplicateAcks }: ConnectionRecord['fromClient'],
  ): boolean => retransmissions.timeout >= ENOUGH_REPEATS && duplicateAcks >= retransmissions.timeout;
  if (inVain(fromClient, fromServer)) return 'client';
  return inVain(fromServer, fromClient) ? 'server' : undefined;
}

/** Of the connections whose data was never acknowledged: those whose peer answered all the same, judged by the examples kept. */
export function answeredInVain(facts: CaptureFacts, listener: CaptureListener): number {
  const shown = examplesOf(facts, ['retransmission-death'], listener);
  const inVain = shown.filter((one) => sentInVainBy(one) !== undefined).length;
  return Math.round((judged(listener, 'retransmission-death') * inVain) / Math.max(1, shown.length));
}
