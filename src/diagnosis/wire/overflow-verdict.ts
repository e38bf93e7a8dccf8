import type { CaptureFacts, CaptureListener } from '../../tcp/capture.ts';
import type { Confidence, Severity } from '../../tcp/finding.ts';
import { isOneWay, missesSegments } from './blind-spots.ts';
import { floodOn } from './flood-verdict.ts';
import { judged, openedLate, openedOn, resentShare } from './listener-counts.ts';
import { type LeftWaiting, leftWaiting } from './same-clients.ts';
import { firstUnansweredMs, hasSpokenAfter } from './signs-of-life.ts';
import { examplesOf } from './telling-examples.ts';

/** A listener that does not take in, or answer, some of its clients while it serves others. */
export interface WireOverflow {
  /**
   * stalls: clients were connected, and the server goes on as if they were not; unanswered: SYNs are dropped where data is not;
   * deferred: only silent clients are left waiting, as TCP_DEFER_ACCEPT does
   */
  readonly kind: 'stalls' | 'unanswered' | 'deferred';
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly stalls: number;
  /** Served after SYN retries, and not at all. */
  readonly slow: number;
  readonly lost: number;
  /** All three, of all attempts. */
  readonly share: number;
}

const SEVERAL = 3;
const MANY = 10;
const NOTABLE_SHARE = 0.01;
const SEVERE_SHARE = 0.1;
/** A queue drops SYNs and last ACKs alone, a path drops data as well. */
const FAR_ABOVE_LOSS = 3;

export function overflowOn(facts: CaptureFacts, listener: CaptureListener): WireOverflow | undefined {
  const { attempts } = listener;
  if (attempts === 0 || isOneWay(facts, listener)) return undefined;
  const stalls = judged(listener, 'accept-queue-stall');
  const slow = openedLate(listener);
  const lost = floodOn(facts, listener) === undefined ? judged(listener, 'syn-timeout') : 0;
  const counts = { stalls, slow, lost, share: Math.min(1, (stalls + slow + lost) / attempts) };
  if (isStalling(listener, stalls)) return stalling(facts, listener, counts);
  return isDroppingSyns(facts, listener, counts) ? unanswered(facts, listener, counts) : undefined;
}

type Counts = Pick<WireOverflow, 'stalls' | 'slow' | 'lost' | 'share'>;

/** Captured at the client, a lost ACK looks like a stall: there must be more of them than the path loses. */
function isStalling(listener: CaptureListener, stalls: number): boolean {
  const share = stalls / listener.attempts;
  const enough = stalls >= SEVERAL ? share >= NOTABLE_SHARE : share >= SEVERE_SHARE;
  return enough && stalls > 0 && share >= FAR_ABOVE_LOSS * resentShare(listener, 'server');
}

function stalling(facts: CaptureFacts, listener: CaptureListener, counts: Counts): WireOverflow {
  const { stalls, slow, lost, share } = counts;
  if (stalls < SEVERAL) return { kind: 'stalls', severity: 'info', confidence: 'possible', ...counts };
  if (slow + lost === 0 && allSilent(facts, listener))
    return { kind: 'deferred', severity: 'info', confidence: 'possible', ...counts };
  const severe = lost >= MANY || (share >= SEVERE_SHARE && stalls + slow + lost >= MANY);
  const plain =
    !missesSegments(facts) &&
    stalls >= MANY &&
    slow + lost >= SEVERAL &&
    resentShare(listener, 'server') < NOTABLE_SHARE;
  return {
    kind: 'stalls',
    severity: severe ? 'critical' : 'warning',
    confidence: plain ? 'certain' : 'likely',
    ...counts,
  };
}

/** tcp_check_req() drops the ACK of a client without data when TCP_DEFER_ACCEPT is set, and lets it in with its first word. */
function allSilent(facts: CaptureFacts, listener: CaptureListener): boolean {
  const stalled = examplesOf(facts, ['accept-queue-stall'], listener);
  return (
    stalled.length > 0 && stalled.every(({ fromClient }) => fromClient.dataSegments === 0 && !fromClient.fin)
  );
}

const ENOUGH_SEGMENTS = 20;
const ENOUGH_WAITED = 5;

/** The rest of this very port's traffic gets through, and still SYNs go unanswered: something at the listener drops them. */
function isDroppingSyns(
  facts: CaptureFacts,
  listener: CaptureListener,
  { slow, lost, share }: Counts,
): boolean {
  const { attempts, synRetransmissions, synAckRetransmissions, packetsWithPayload, retransmissions } =
    listener;
  if (slow + lost < ENOUGH_WAITED || share < NOTABLE_SHARE) return false;
  if (floodOn(facts, listener) !== undefined || !isAlive(facts, listener, slow)) return false;
  // Each connection has a SYN-ACK and a FIN that would be sent again.
  const couldBeLost = packetsWithPayload + 2 * openedOn(listener);
  if (couldBeLost < ENOUGH_SEGMENTS) return false;
  const pathLoss =
    (retransmissions.byClient + retransmissions.byServer + synAckRetransmissions) / couldBeLost;
  const synLoss = Math.max(synRetransmissions, lost) / (attempts + synRetransmissions);
  return (
    synLoss >= Math.max(NOTABLE_SHARE, FAR_ABOVE_LOSS * pathLoss) &&
    waiting(facts, listener, slow) !== 'others'
  );
}

/** Those that got in after a retry were answered by the same host that had left their first SYN unanswered. */
function isAlive(facts: CaptureFacts, listener: CaptureListener, slow: number): boolean {
  const sinceMs = firstUnansweredMs(facts, listener);
  return slow >= SEVERAL || (sinceMs !== undefined && hasSpokenAfter(facts, listener.address, sinceMs));
}

function waiting(facts: CaptureFacts, listener: CaptureListener, slow: number): LeftWaiting {
  return slow >= SEVERAL ? 'both' : leftWaiting(facts, listener);
}

function unanswered(facts: CaptureFacts, listener: CaptureListener, counts: Counts): WireOverflow {
  const { slow, lost, share } = counts;
  const severe = share >= SEVERE_SHARE;
  const isLikely = severe && !missesSegments(facts) && waiting(facts, listener, slow) === 'both';
  return {
    kind: 'unanswered',
    severity: isLikely && lost >= MANY ? 'critical' : 'warning',
    confidence: isLikely ? 'likely' : 'possible',
    ...counts,
  };
}
