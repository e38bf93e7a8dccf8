import type { LabPacket } from '../../../tcp/lab-run.ts';
import type { Side } from '../../../tcp/prediction.ts';
import type { Stage } from '../../stage/stage.ts';

export interface FinTimes {
  /** Connections on which the side has sent one. */
  readonly count: number;
  /** When the first and the last FIN of the side left. */
  readonly firstSentMs: number;
  readonly lastSentMs: number;
  /** When the first and the last of them were acknowledged, as the acknowledging side sent it; Infinity: not all are yet. */
  readonly firstAcknowledgedMs: number;
  readonly lastAcknowledgedMs: number;
}

/** The FINs of one side, each connection's first; undefined when it has sent none. */
export function finTimes(packets: readonly LabPacket[], from: Side): FinTimes | undefined {
  const sent = new Map<number, LabPacket>();
  const acknowledged = new Map<number, number>();
  for (const packet of packets) {
    const { clientPort } = packet;
    if (packet.from === from && packet.flags.includes('F') && !sent.has(clientPort)) {
      sent.set(clientPort, packet);
    }
    const fin = sent.get(clientPort);
    if (fin === undefined || packet.from === from || packet.lost || acknowledged.has(clientPort)) continue;
    if (packet.flags.includes('.') && packet.acknowledgement === afterFin(fin)) {
      acknowledged.set(clientPort, packet.atMs);
    }
  }
  if (sent.size === 0) return undefined;
  const sentMs = [...sent.values()].map(({ atMs }) => atMs);
  const answeredMs = [...acknowledged.values()];
  return {
    count: sent.size,
    firstSentMs: Math.min(...sentMs),
    lastSentMs: Math.max(...sentMs),
    firstAcknowledgedMs: Math.min(...answeredMs),
    lastAcknowledgedMs: acknowledged.size === sent.size ? Math.max(...answeredMs) : Number.POSITIVE_INFINITY,
  };
}

/** The packet ring hands over its blocks a little late: waits until so many FINs of the side are in, acknowledged. */
export async function seenFins(stage: Stage, from: Side, count: number, withinMs: number): Promise<FinTimes> {
  const read = (): FinTimes | undefined => finTimes(stage.packets(), from);
  await stage.until(() => {
    const times = read();
    return times !== undefined && times.count >= count && Number.isFinite(times.lastAcknowledgedMs);
  }, withinMs);
  const times = read();
  if (times === undefined) throw new Error(`the ${from} has sent no FIN`);
  return times;
}

/** The FIN takes one place in the stream (RFC 9293, section 3.4), which wraps at 2^32. */
function afterFin({ sequence, bytes }: LabPacket): number {
  return (sequence + bytes + 1) % 2 ** 32;
}
