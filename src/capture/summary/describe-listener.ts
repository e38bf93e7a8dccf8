import { type CaptureListener, type JudgementId, judgementIds } from '../../tcp/capture.ts';
import type { EndpointText } from '../endpoint-text.ts';
import * as column from '../layout/total-columns.ts';
import { toLatencyBins } from './latency-bins.ts';
import { quantilesMs } from './log-histogram.ts';

/** A listener by its key (see PartCounts) and what its connections add up to (layout/total-columns.ts); without its heartbeat, which takes more than sums. */
export function describeListener(
  [address, portAndFamily]: readonly [number, number],
  columns: Float64Array,
  { stepMs, durationMs }: { readonly stepMs: number; readonly durationMs: number },
  clients: Pick<CaptureListener, 'clients' | 'clientsServed'>,
  addresses: EndpointText,
): CaptureListener {
  const isIpv6 = portAndFamily >= 0x1_0000;
  const count = (which: number): number => columns[which] ?? 0;
  const attempts = count(column.attempts);
  const judgeable = attempts - count(column.tooEarly);
  const ended = count(column.ended);
  return {
    family: isIpv6 ? 'ipv6' : 'ipv4',
    address: addresses.of(address, isIpv6),
    port: portAndFamily & 0xffff,
    connections: count(column.connections),
    attempts,
    arrivalsPerSecond: {
      // Shorter captures tell no rate.
      mean: attempts / Math.max(1, durationMs / 1000),
      peak:
        columns.subarray(column.arrivals).reduce((most, arrivals) => Math.max(most, arrivals), 0) /
        (stepMs / 1000),
    },
    completionRatio: judgeable > 0 ? count(column.established) / judgeable : null,
    ...clients,
    ended,
    emptyShare: ended > 0 ? count(column.empty) / ended : null,
    packets: count(column.packets),
    packetsWithPayload: count(column.packetsWithPayload),
    push: count(column.push),
    payloadBytes: { toServer: count(column.payloadToServer), toClient: count(column.payloadToClient) },
    synRetransmissions: count(column.synRetransmissions),
    synAckRetransmissions: count(column.synAckRetransmissions),
    retransmissions: { byClient: count(column.resentByClient), byServer: count(column.resentByServer) },
    zeroWindows: {
      byClient: count(column.zeroWindowsByClient),
      byServer: count(column.zeroWindowsByServer),
    },
    resets: { byClient: count(column.resetsByClient), byServer: count(column.resetsByServer) },
    cookieLike: count(column.cookieLike),
    connectMs: quantilesMs(columns.subarray(column.connect, column.arrivals), count(column.connectMinUs)),
    connectLatency: toLatencyBins(columns.subarray(column.latency, column.connect)),
    heartbeat: null,
    judgements: judgementCounts(columns),
  };
}

function judgementCounts(columns: Float64Array): Partial<Record<JudgementId, number>> {
  return Object.fromEntries(
    judgementIds.flatMap((id, i) => {
      const count = columns[column.judgements + i] ?? 0;
      return count > 0 ? [[id, count]] : [];
    }),
  );
}
