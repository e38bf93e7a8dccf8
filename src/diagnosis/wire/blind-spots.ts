import type { CaptureFacts, CaptureListener } from '../../tcp/capture.ts';
import { judged } from './listener-counts.ts';

/**
 * Of a listener's packets only one direction was captured: a tap on one of two paths, a mirror port of one direction, a server that
 * answers past the capturing host. Then nothing seems answered, or completed, although data flows.
 */
export function isOneWay({ totals }: CaptureFacts, listener: CaptureListener): boolean {
  if (listener.connectMs !== null) return false;
  return onlyClientSeen(listener, totals.copies) || onlyServerSeen(listener);
}

/** No SYN-ACK, and still clients say more than SYN: they must have been answered. Any of the `copies` may be this listener's. */
function onlyClientSeen(listener: CaptureListener, copies: number): boolean {
  const { payloadBytes, resets, retransmissions, synAckRetransmissions, attempts, packets } = listener;
  const fromServer =
    payloadBytes.toClient + resets.byServer + retransmissions.byServer + synAckRetransmissions;
  if (attempts === 0 || fromServer > 0) return false;
  const beyondSyns = packets - copies - attempts - listener.synRetransmissions - resets.byClient;
  return payloadBytes.toServer > 0 || beyondSyns >= attempts;
}

/** A SYN-ACK, and not one SYN before it. */
function onlyServerSeen(listener: CaptureListener): boolean {
  const { attempts, payloadBytes, resets, retransmissions, synRetransmissions } = listener;
  if (attempts === 0 && judged(listener, 'half-open') > 0) return true;
  const fromClient = payloadBytes.toServer + resets.byClient + retransmissions.byClient + synRetransmissions;
  return fromClient === 0 && judged(listener, 'half-open') > 0;
}

/**
 * Nothing but SYN, SYN-ACK and RST, although somebody was answered and did not refuse: a capture filter on flags leaves that of every
 * connection, completed or not.
 */
export function holdsHandshakesOnly({ tcpPackets, totals, listeners }: CaptureFacts): boolean {
  const isAnswered = listeners.some(({ connectMs, resets }) => (connectMs?.samples ?? 0) > resets.byClient);
  return isAnswered && tcpPackets - totals.copies <= totals.syn + totals.synAck + totals.resets;
}

const NOTABLE_SHARE = 0.01;

/** So many segments are missing from the capture that a single sign on the wire may be one of them. */
export function missesSegments(facts: CaptureFacts): boolean {
  return missedShare(facts) >= NOTABLE_SHARE;
}

/** What the capture lacks came later, sent again or overtaken: then it was lost before it came here, and not by the capture. */
export function lostBeforeCapture({ totals }: CaptureFacts): boolean {
  const { missedByCapture, retransmissions, outOfOrder } = totals;
  return missedByCapture > 0 && missedByCapture <= retransmissions + outOfOrder;
}

/** Of the segments with payload, those that were sent and not captured, 0 to 1. */
export function missedShare({ totals: { missedByCapture, dataSegments } }: CaptureFacts): number {
  return missedByCapture / Math.max(1, dataSegments + missedByCapture);
}

/** Connections of which the handshake was captured, on all listeners listed. */
export function hasBeginnings({ listeners, totals }: CaptureFacts): boolean {
  return totals.syn + totals.synAck > 0 || listeners.some(({ attempts }) => attempts > 0);
}
