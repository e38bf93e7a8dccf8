import { feed } from '../feed.ts';
import { type EngineSays, enginePackets } from './engine-packets.ts';
import { runTsharkOn } from './run-tshark-on.ts';
import { type SegmentFacts, SegmentWitness } from './segment-witness.ts';
import type { ComparedCount } from './tshark-counts.ts';
import type { TsharkPacket } from './tshark-packet.ts';
import { countsOfPacket, TsharkTally } from './tshark-tally.ts';

/** A packet that tshark and the engine count as different things. */
export interface PacketDifference {
  readonly number: number;
  readonly stream: number;
  /** What only one of them counts it as. */
  readonly tshark: readonly ComparedCount[];
  readonly ours: readonly ComparedCount[];
  readonly facts: SegmentFacts;
}

export interface Comparison {
  readonly engine: EngineSays;
  readonly tshark: TsharkTally;
  readonly tsharkPackets: readonly TsharkPacket[];
  /** Packets that are not of the same connection for both: "packet 7: stream 3, connection 4". */
  readonly misplaced: readonly string[];
  readonly differences: readonly PacketDifference[];
}

/** Lets tshark and the engine read a capture, and compares what each counts every single packet as. */
export async function compareCaptures(file: Uint8Array): Promise<Comparison> {
  const engine = enginePackets(file);
  const ipPackets = ipPacketsOf(file);
  const tshark = new TsharkTally();
  const tsharkPackets: TsharkPacket[] = [];
  const witnesses = new Map<number, SegmentWitness>();
  const misplaced: string[] = [];
  const differences: PacketDifference[] = [];
  await runTsharkOn(file, (packet) => {
    tshark.add(packet);
    tsharkPackets.push(packet);
    const { number, stream } = packet;
    const own = engine.packets[number - 1];
    const ip = ipPackets[number - 1];
    if (own === undefined || ip === undefined) throw new Error(`there is no packet ${number}`);
    if (own.connection !== stream)
      misplaced.push(`packet ${number}: stream ${stream}, connection ${own.connection}`);
    const witness = witnesses.get(stream) ?? new SegmentWitness();
    witnesses.set(stream, witness);
    const facts = witness.see(ip.bytes, ip.wireBytes, ip.atMs);
    const theirs = countsOfPacket(packet);
    const onlyTshark = theirs.filter((name) => !own.counted.includes(name));
    const onlyOurs = own.counted.filter((name) => !theirs.includes(name));
    if (onlyTshark.length + onlyOurs.length > 0)
      differences.push({ number, stream, tshark: onlyTshark, ours: onlyOurs, facts });
  });
  return { engine, tshark, tsharkPackets, misplaced, differences };
}

interface IpPacket {
  readonly bytes: Uint8Array;
  readonly wireBytes: number;
  readonly atMs: number;
}

const linkHeaderBytes: Readonly<Record<number, number>> = { 1: 14, 101: 0 };

function ipPacketsOf(file: Uint8Array): readonly IpPacket[] {
  const packets: IpPacket[] = [];
  feed(file, {
    frame: (bytes, _view, at, capturedBytes, wireBytes, seconds, nanoseconds, linkType) => {
      const skip = linkHeaderBytes[linkType];
      if (skip === undefined) throw new Error(`link type ${linkType} is not among those compared`);
      packets.push({
        bytes: bytes.slice(at + skip, at + capturedBytes),
        wireBytes: wireBytes - skip,
        atMs: (seconds - 1_000_000_000) * 1000 + nanoseconds / 1e6,
      });
    },
  });
  return packets;
}
