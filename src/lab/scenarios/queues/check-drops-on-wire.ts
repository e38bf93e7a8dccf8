import { type TcpSegment, tcpFlags } from '../../../capture/decode-segment.ts';
import type { Stage } from '../../stage/stage.ts';
import { checkRange } from './check-range.ts';
import type { ClientOnWire } from './client-on-wire.ts';

/**
 * A dropped SYN has no SYN-ACK. SYNs that come at the same instant can pass together when one place is free; all but one of their ACKs
 * are dropped then, and whatever those clients send later.
 */
export function checkDropsOnWire(stage: Stage, all: readonly ClientOnWire[]): void {
  const dropped = all.reduce(
    (sum, { syns, synAcks }) => sum + (synAcks.length === 0 ? syns.length : syns.length - 1),
    0,
  );
  const more = all.reduce((sum, client) => sum + mayHaveBeenDropped(client), 0);
  checkRange(stage, 'ListenDrops, by the segments without an answer', [dropped, dropped + more], {
    measured: stage.counters('server')('TcpExt.ListenDrops'),
    unit: 'segments',
    why:
      more === 0
        ? 'exact: one for each SYN'
        : 'one for each SYN; clients whose ACK was dropped add their ACKs, data and FINs, some of which got through',
  });
}

/** Segments after the SYN. A server that has the connection acknowledges what comes; the segment after a dropped ACK can get it in. */
function mayHaveBeenDropped({ synAcks, otherByServer, laterSegments }: ClientOnWire): number {
  const isDoubtful = synAcks.length > 1 || otherByServer === 0 || isRepeated(laterSegments);
  return isDoubtful ? laterSegments.length : Math.min(1, Math.max(0, laterSegments.length - 1));
}

function isRepeated(segments: readonly TcpSegment[]): boolean {
  const sent = segments.filter(({ flags, payloadBytes }) => payloadBytes > 0 || (flags & tcpFlags.fin) !== 0);
  return new Set(sent.map(({ sequence }) => sequence)).size < sent.length;
}
