import { type ComparedCount, comparedCounts, type TsharkCounts } from './tshark-counts.ts';
import type { TsharkPacket } from './tshark-packet.ts';

/** Sums tshark's marks, of each stream and in all. */
export class TsharkTally {
  readonly #streams = new Map<number, Record<ComparedCount, number>>();

  readonly add = (packet: TsharkPacket): void => {
    const counts = this.#streams.get(packet.stream) ?? { ...none(), connections: 1 };
    this.#streams.set(packet.stream, counts);
    for (const name of countsOfPacket(packet)) counts[name]++;
  };

  /** By tcp.stream. */
  get streams(): ReadonlyMap<number, TsharkCounts> {
    return this.#streams;
  }

  inAll(): TsharkCounts {
    const sums = none();
    for (const counts of this.#streams.values()) {
      for (const name of comparedCounts) sums[name] += counts[name];
    }
    return sums;
  }
}

function none(): Record<ComparedCount, number> {
  return Object.fromEntries(comparedCounts.map((name) => [name, 0])) as Record<ComparedCount, number>;
}

const synBit = 0x02;
const rstBit = 0x04;
const ackBit = 0x10;

/** What one packet is counted as. */
export function countsOfPacket({ flags, marks }: TsharkPacket): readonly ComparedCount[] {
  const counts: ComparedCount[] = [];
  const isAgain = marks.has('retransmission');
  if (flags & synBit) {
    const name = flags & ackBit ? 'synAck' : 'syn';
    counts.push(name);
    if (isAgain) counts.push(`${name}Retransmissions`);
  } else if (isAgain) {
    counts.push('retransmissions', retransmissionKind(marks));
  }
  if (flags & rstBit) counts.push('resets');
  if (marks.has('keep_alive')) counts.push('keepaliveProbes');
  if (marks.has('zero_window_probe')) counts.push('zeroWindowProbes');
  if (marks.has('zero_window')) counts.push('zeroWindows');
  if (marks.has('duplicate_ack')) counts.push('duplicateAcks');
  if (marks.has('out_of_order')) counts.push('outOfOrder');
  return counts;
}

/** Fast and spurious ones carry the mark of a retransmission too. */
function retransmissionKind(marks: TsharkPacket['marks']): ComparedCount {
  if (marks.has('fast_retransmission')) return 'fastRetransmissions';
  if (marks.has('spurious_retransmission')) return 'spuriousRetransmissions';
  return 'timeoutRetransmissions';
}
