import { byTime } from '../craft/by-time.ts';
import { craftCase } from '../craft/craft-case.ts';
import type { CraftedCase } from '../craft/crafted-case.ts';
import type { CraftedPacket } from '../craft/crafted-packet.ts';

/** Many cases in one capture, side by side: starting tshark takes longer than reading them all. */
export interface CaseBundle {
  readonly pcap: Uint8Array;
  /** The case an address belongs to. */
  readonly caseOf: (address: string) => CraftedCase | undefined;
}

/** Each case gets a network of its own, so no more than 256 fit. */
export function bundleCases(cases: readonly CraftedCase[]): CaseBundle {
  if (cases.length > 256 || !cases.every(canBeBundled))
    throw new Error('these cases do not fit into one capture');
  const moved = cases.map((one, network) => one.packets.map((packet) => moveTo(packet, network)));
  return {
    pcap: craftCase({ name: 'bundle', what: '', packets: byTime(...moved), connections: [] }).pcap,
    caseOf: (address) => cases[Number(/^(?:10\.|2001:db8::10:)(\d+)/.exec(address)?.[1])],
  };
}

/** Plain Ethernet and whole frames, and addresses that can be moved to another network. */
export function canBeBundled({ wire, packets }: CraftedCase): boolean {
  const isPlain = Object.entries({ ...wire, link: undefined, padded: undefined }).every(
    ([, value]) => value === undefined,
  );
  return isPlain && wire.link === 'ethernet' && !wire.padded && packets.every(isMovable);
}

function isMovable({ source, destination }: CraftedPacket): boolean {
  return [source, destination].every((address) => /^10\.0\.|^2001:db8::10:0:/.test(address));
}

function moveTo(packet: CraftedPacket, network: number): CraftedPacket {
  const { transport } = packet;
  const move = (address: string) => address.replace(/^(10\.|2001:db8::10:)0/, `$1${network}`);
  return {
    ...packet,
    source: move(packet.source),
    destination: move(packet.destination),
    transport:
      transport.kind === 'unreachable'
        ? { ...transport, about: moveTo(transport.about, network) }
        : transport,
  };
}
