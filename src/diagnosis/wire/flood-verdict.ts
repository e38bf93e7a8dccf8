import type { CaptureFacts, CaptureListener } from '../../tcp/capture.ts';
import { ALIVE_SHARE, FLOOD_COUNT, FLOOD_SHARE, hasFloodLikeSources } from '../syn-queue/flood-like.ts';
import { holdsHandshakesOnly, isOneWay } from './blind-spots.ts';
import { captureMs, judged, openedOn } from './listener-counts.ts';
import { examplesOf } from './telling-examples.ts';

/** Attempts at one listener that their clients did not complete. */
export interface WireFlood {
  /** `untold`: a capture filter may have left out the ACKs that complete them. */
  readonly kind: 'flood' | 'lost-replies' | 'untold';
  /** Half-open for good, and turned away without trying again. */
  readonly count: number;
  readonly turnedAway: number;
  readonly share: number;
  readonly perSecond: number;
  readonly completedPerSecond: number;
  /** Distinct ones behind `count`; `addressesCertain`: at least so many, whoever the others are. */
  readonly addresses: number;
  readonly addressesCertain: boolean;
  /** Repeated SYNs per attempt, at most 1: real clients try again. */
  readonly aliveShare: number;
}

export function floodOn(facts: CaptureFacts, listener: CaptureListener): WireFlood | undefined {
  if (isOneWay(facts, listener)) return undefined;
  const halfOpen = judged(listener, 'half-open');
  const unanswered = judged(listener, 'syn-timeout');
  const aliveShare = Math.min(1, listener.synRetransmissions / Math.max(1, halfOpen + unanswered));
  // Whom nobody answers and who does not try again is no client: a full SYN queue turned a forged SYN away.
  const turnedAway = aliveShare < ALIVE_SHARE ? unanswered : 0;
  const count = halfOpen + turnedAway;
  const opened = openedOn(listener);
  const share = count / Math.max(1, count + opened);
  if (count < FLOOD_COUNT || share < FLOOD_SHARE) return undefined;
  const seconds = Math.max(1, captureMs(facts)) / 1000;
  const perSecond = count / Math.max(1, seconds);
  const sources = addressesBehind(facts, listener, count, opened);
  const strange = hasFloodLikeSources({ count, perSecond, seen: count, addresses: sources.addresses });
  const genuine = aliveShare >= ALIVE_SHARE || !strange;
  return {
    kind: couldBeCompleted(facts, listener) ? 'untold' : genuine ? 'lost-replies' : 'flood',
    count,
    turnedAway,
    share,
    perSecond,
    completedPerSecond: opened / Math.max(1, seconds),
    aliveShare,
    ...sources,
  };
}

/** Each completed connection accounts for one address at most; whoever is left has completed none. */
function addressesBehind(
  facts: CaptureFacts,
  listener: CaptureListener,
  count: number,
  opened: number,
): Pick<WireFlood, 'addresses' | 'addressesCertain'> {
  const least = Math.max(0, listener.clients - opened);
  if (least >= FLOOD_COUNT) return { addresses: Math.min(least, count), addressesCertain: true };
  const most = Math.min(listener.clients, count);
  const shown = examplesOf(facts, ['half-open', 'syn-timeout'], listener);
  const distinct = new Set(shown.map(({ client }) => client)).size;
  const fewShown = shown.length >= 2 && distinct <= shown.length / 2;
  return { addresses: fewShown ? Math.max(least, distinct) : most, addressesCertain: false };
}

const REPEATED_SHARE = 0.1;

/** No ACK was captured anywhere, and the server, who would repeat a SYN-ACK that is not acknowledged, hardly did. */
function couldBeCompleted(facts: CaptureFacts, listener: CaptureListener): boolean {
  const halfOpen = judged(listener, 'half-open');
  return holdsHandshakesOnly(facts) && listener.synAckRetransmissions < halfOpen * REPEATED_SHARE;
}
