import { formatEndpoint } from '../../base/ip-text.ts';
import {
  type CaptureFacts,
  type CaptureListener,
  endedJudgementIds,
  type JudgementId,
} from '../../tcp/capture.ts';

export function judged(of: Pick<CaptureFacts, 'judgements'>, id: JudgementId): number {
  return of.judgements[id] ?? 0;
}

/** Connections whose client got through the handshake, and which are over. */
export function endedOn(listener: Pick<CaptureFacts, 'judgements'>): number {
  return endedJudgementIds.reduce((sum, id) => sum + judged(listener, id), 0);
}

/** Connections whose client got through the handshake. */
export function openedOn(listener: Pick<CaptureFacts, 'judgements'>): number {
  return endedOn(listener) + judged(listener, 'ongoing') + judged(listener, 'half-closed');
}

/** Of those, the ones the server took in. */
export function servedOn(listener: CaptureListener): number {
  return openedOn(listener) - judged(listener, 'accept-queue-stall');
}

/** Connections that were answered only after the client had repeated its SYN, whatever became of them. */
export function openedLate(listener: CaptureListener): number {
  const retried = listener.connectLatency.reduce(
    (sum, { synRetries, connections }) => sum + ((synRetries ?? 0) > 0 ? connections : 0),
    0,
  );
  const inTime = openedOn(listener) - judged(listener, 'accept-queue-stall');
  return Math.max(judged(listener, 'slow-open'), Math.min(retried, inTime));
}

export function captureMs({ fromMs, toMs }: CaptureFacts): number {
  return Math.max(0, toMs - fromMs);
}

/** "10.0.0.2:443", "[2001:db8::2]:443". */
export function endpointOf({ address, port }: Pick<CaptureListener, 'address' | 'port'>): string {
  return formatEndpoint(address, port);
}

/** Sent again, of what could be: segments with payload, and the FIN of each connection. */
export function resentShare(listener: CaptureListener, by: 'both' | 'server'): number {
  const { byClient, byServer } = listener.retransmissions;
  const sent = listener.packetsWithPayload + listener.connections;
  return (by === 'both' ? byClient + byServer : byServer) / Math.max(1, sent);
}
