import type { LabPacket } from '../../../tcp/lab-run.ts';

/** What the server sent beyond pure ACKs, as the wire shows it. */
export interface ServerSegments {
  readonly sent: number;
  /** Segments that begin before the place in the stream up to which was sent before. */
  readonly repeated: number;
  readonly lost: number;
}

export function serverSegments(packets: readonly LabPacket[]): ServerSegments {
  const sentUpTo = new Map<number, number>();
  let [sent, repeated, lost] = [0, 0, 0];
  for (const { from, flags, bytes, clientPort, sequence, lost: isLost } of packets) {
    const places = bytes + (/[SF]/.test(flags) ? 1 : 0);
    if (from !== 'server' || places === 0) continue;
    const before = sentUpTo.get(clientPort) ?? sequence;
    const isRepeat = sentUpTo.has(clientPort) && isBefore(sequence, before);
    const end = (sequence + places) % 2 ** 32;
    if (isBefore(before, end)) sentUpTo.set(clientPort, end);
    sent++;
    if (isRepeat) repeated++;
    if (isLost) lost++;
  }
  return { sent, repeated, lost };
}

/** Sequence numbers wrap at 2^32 (RFC 9293, section 3.4). */
function isBefore(one: number, other: number): boolean {
  return ((one - other) | 0) < 0;
}

/** A client's port with a loss, for the ladder: the one that needs the fewest packets to show it. */
export function shortestWithLoss(packets: readonly LabPacket[]): number | undefined {
  const counts = new Map<number, { packets: number; lost: number }>();
  for (const { clientPort, lost, bytes } of packets) {
    const count = counts.get(clientPort) ?? { packets: 0, lost: 0 };
    count.packets++;
    if (lost && bytes > 0) count.lost++;
    counts.set(clientPort, count);
  }
  const withLoss = [...counts].filter(([, { lost }]) => lost > 0);
  return (withLoss.length > 0 ? withLoss : [...counts]).sort((a, b) => a[1].packets - b[1].packets)[0]?.[0];
}
