/** A listener of a capture in numbers that people read. */
import { formatEndpoint } from '../../base/ip-text.ts';
import { formatCount, formatDurationMs, formatRate, formatShare } from '../../base/units.ts';
import type { CaptureListener } from '../../tcp/capture.ts';

/** "?": nothing was seen that would tell. */
export interface ListenerFacts {
  readonly listener: string;
  readonly connections: string;
  readonly arrivals: string;
  readonly peak: string;
  readonly completed: string;
  readonly empty: string;
  readonly synAgain: string;
  /** Data and FIN segments sent again, of all packets. */
  readonly resent: string;
  readonly connectMedian: string;
  readonly connectP99: string;
}

export function listenerFacts(listener: CaptureListener): ListenerFacts {
  const { retransmissions, packets, connectMs, arrivalsPerSecond } = listener;
  const resent = retransmissions.byClient + retransmissions.byServer;
  return {
    listener: formatEndpoint(listener.address, listener.port),
    connections: formatCount(listener.connections),
    arrivals: rateText(arrivalsPerSecond.mean),
    peak: rateText(arrivalsPerSecond.peak),
    completed: shareText(listener.completionRatio),
    empty: shareText(listener.emptyShare),
    synAgain: formatCount(listener.synRetransmissions),
    resent: packets === 0 ? '?' : formatShare(resent / packets),
    connectMedian: connectMs === null ? '?' : latencyText(connectMs.median),
    connectP99: connectMs === null ? '?' : latencyText(connectMs.p99),
  };
}

/** One in a minute is not none. */
function rateText(perSecond: number): string {
  return perSecond > 0 && perSecond < 0.1 ? '<0.1/s' : formatRate(perSecond);
}

function shareText(share: number | null): string {
  return share === null ? '?' : formatShare(share);
}

/** Below 10 ms a tenth matters; what is too short for its digits is not nothing. */
export function latencyText(ms: number): string {
  if (ms > 0 && ms < 0.005) return '<0.01 ms';
  return ms >= 1 && ms < 10 ? `${formatCount(ms, 1)} ms` : formatDurationMs(ms);
}
