import type { CaptureFacts, CaptureListener, ConnectionRecord } from '../../tcp/capture.ts';
import type { RetransmissionCause } from '../retransmissions/retransmission-facts.ts';
import { isNotable } from '../retransmissions/retransmission-limits.ts';
import { answeredInVain } from './answered-in-vain.ts';
import { endpointOf, judged, resentShare } from './listener-counts.ts';
import { overflowOn } from './overflow-verdict.ts';
import { examplesOf } from './telling-examples.ts';

/** Data and FIN segments of one listener's connections, or of all connections, that were sent again. */
export interface WireResends {
  readonly listener: CaptureListener | undefined;
  readonly resent: number;
  readonly share: number;
  /** Undefined where the report does not tell the sides apart. */
  readonly byClient: number | undefined;
  readonly byServer: number | undefined;
  readonly cause: RetransmissionCause;
}

/** Of each listener that has too many, most first; of all together where no single one has. */
export function resendsOf(facts: CaptureFacts): readonly WireResends[] {
  // What is sent again although it had arrived is told by paws-rejections.
  const single = facts.listeners
    .filter((listener) => answeredInVain(facts, listener) * 2 <= listener.connections)
    .map((listener) => ofListener(facts, listener))
    .filter(isNotable)
    .sort((a, b) => b.resent - a.resent);
  const all = ofAll(facts);
  const inVain = facts.listeners.some((listener) => answeredInVain(facts, listener) > 0);
  return single.length === 0 && isNotable(all) && !inVain ? [all] : single;
}

function ofListener(facts: CaptureFacts, listener: CaptureListener): WireResends {
  const { byClient, byServer } = listener.retransmissions;
  const resent = byClient + byServer;
  return {
    listener,
    resent,
    share: Math.min(1, resentShare(listener, 'both')),
    byClient,
    byServer,
    cause: causeOf(facts, listener, resent, byClient),
  };
}

function ofAll(facts: CaptureFacts): WireResends {
  const { retransmissions, dataSegments, connections } = facts.totals;
  return {
    listener: undefined,
    resent: retransmissions,
    share: Math.min(1, retransmissions / Math.max(1, dataSegments + connections)),
    byClient: undefined,
    byServer: undefined,
    cause: isMostlySpurious(facts) ? 'spurious' : 'packet-loss',
  };
}

function causeOf(
  facts: CaptureFacts,
  listener: CaptureListener,
  resent: number,
  byClient: number,
): RetransmissionCause {
  if (byClient >= resent * 0.8 && overflowOn(facts, listener)?.kind === 'stalls') return 'full-accept-queue';
  if (resentToTheDead(facts, listener) * 2 >= resent) return 'dead-peers';
  return isMostlySpurious(facts) ? 'spurious' : 'packet-loss';
}

/** What the connections that died of it have resent, judged by those kept as examples. */
function resentToTheDead(facts: CaptureFacts, listener: CaptureListener): number {
  const dead = judged(listener, 'retransmission-death') + judged(listener, 'idle-timeout-cut');
  const shown = examplesOf(facts, ['retransmission-death', 'idle-timeout-cut'], listener);
  if (dead === 0 || shown.length === 0) return 0;
  return (dead * shown.reduce((sum, one) => sum + resentOn(one), 0)) / shown.length;
}

function resentOn({ fromClient, fromServer }: ConnectionRecord): number {
  return [fromClient, fromServer].reduce(
    (sum, { retransmissions: { timeout, fast, spurious } }) => sum + timeout + fast + spurious,
    0,
  );
}

function isMostlySpurious({ totals }: CaptureFacts): boolean {
  return totals.spuriousRetransmissions * 2 >= totals.retransmissions;
}

/** "10.0.0.2:443", "all connections". */
export function resendsName({ listener }: WireResends): string {
  return listener === undefined ? 'all connections' : endpointOf(listener);
}
