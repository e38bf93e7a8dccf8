import {
  add,
  addX,
  ancillary,
  and,
  assemble,
  type Instruction,
  ifAnyBit,
  ifAtLeast,
  ifEqual,
  jump,
  keep,
  label,
  loadByte,
  loadByteAtX,
  loadHalf,
  loadHalfAtX,
  loadNumber,
  loadWord,
  loadXHeaderLength,
  moveAToX,
  recallA,
  setX,
  shiftLeft,
  storeA,
} from './bpf-assembler.ts';

export interface TcpFilterOptions {
  /** Bytes kept of each packet, from the IP header on. The default holds the longest IPv6 and TCP headers together. */
  readonly snapBytes?: number;
  /** Also keep this share (0 to 1) of the other segments from or to one of these ports. */
  readonly sample?: { readonly ports: readonly number[]; readonly share: number };
  /** Of the segments from or to these networks keep only this share, whatever they are. */
  readonly crowd?: Crowd;
  /** Keep every segment, not only those with SYN, FIN or RST; with ports only what is from, to or about one of them. */
  readonly everything?: { readonly ports: readonly number[] };
}

/** The first 16 bits of addresses: 0x0a5b is 10.91.0.0/16, 0xfd91 is fd91::/16. */
export interface Crowd {
  readonly networks: readonly number[];
  readonly share: number;
}

const DEFAULT_SNAP_BYTES = 128;
export const MAX_FILTER_PORTS = 16;

/**
 * A classic BPF program (struct sock_filter[]) for a packet socket of type SOCK_DGRAM, whose packets start at the IP
 * header. It keeps TCP segments with SYN, FIN or RST (or `everything`), ICMP destination-unreachable messages about TCP, and
 * the sample. Fragments but the first, and packets for other machines, are not kept. Throws RangeError for more than 16 ports.
 */
export function tcpFilter(options: TcpFilterOptions = {}): Uint8Array {
  const { snapBytes = DEFAULT_SNAP_BYTES, sample, crowd, everything } = options;
  for (const { ports } of [sample, everything].filter((part) => part !== undefined)) {
    if (ports.length <= MAX_FILTER_PORTS) continue;
    throw new RangeError(`a packet filter takes ${MAX_FILTER_PORTS} ports, not ${ports.length}`);
  }
  return assemble([
    ...eachPacketOnce(),
    ...chooseFamily(),
    ...ipv4(),
    ...ipv6(),
    ...quoted(everything?.ports ?? []),
    ...thinOut(crowd),
    ...(everything ? everySegment(everything.ports) : tcpAtX(sample)),
    label('accept'),
    keep(snapBytes),
    label('reject'),
    keep(0),
  ]);
}

const PACKET_OTHERHOST = 3;
const PACKET_OUTGOING = 4;
const ARPHRD_LOOPBACK = 772;

/**
 * Frames for other machines pass bridge ports on their way, and on loopback each packet is shown when it is sent and
 * again when it arrives; the ring skips that first copy anyway, here it does not even take room.
 */
function eachPacketOnce(): Instruction[] {
  return [
    loadWord(ancillary.packetType),
    ifEqual(PACKET_OTHERHOST, { yes: 'reject' }),
    ifEqual(PACKET_OUTGOING, { no: 'family' }),
    loadWord(ancillary.hardwareType),
    ifEqual(ARPHRD_LOOPBACK, { yes: 'reject' }),
  ];
}

const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;

function chooseFamily(): Instruction[] {
  return [
    label('family'),
    loadWord(ancillary.protocol),
    ifEqual(ETH_P_IPV6, { yes: 'ipv6' }),
    ifEqual(ETH_P_IP, { no: 'reject' }),
  ];
}

const TCP = 6;
const ICMP = 1;
const ICMPV6 = 58;
const ICMP_HEADER_BYTES = 8;
const FRAGMENT_OFFSET = 0x1fff;

function ipv4(): Instruction[] {
  return [
    loadHalf(6),
    ifAnyBit(FRAGMENT_OFFSET, { yes: 'reject' }),
    loadXHeaderLength(0),
    loadByte(9),
    ifEqual(TCP, { yes: 'tcp over ipv4' }),
    ifEqual(ICMP, { no: 'reject' }),
    loadByteAtX(0),
    ifEqual(3, { no: 'reject' }),
    // The quoted header begins 8 bytes into the message, its protocol field 9 bytes further.
    loadByteAtX(ICMP_HEADER_BYTES + 9),
    ifEqual(TCP, { yes: 'quoted by icmp', no: 'reject' }),
  ];
}

const HOP_BY_HOP = 0;
const ROUTING = 43;
const DESTINATION_OPTIONS = 60;

/** BPF cannot loop: up to two extension headers are stepped over, more are rejected. */
function ipv6(): Instruction[] {
  return [
    label('ipv6'),
    setX(40),
    loadByte(6),
    ...skipExtension('first'),
    ...skipExtension('second'),
    ifEqual(TCP, { yes: 'tcp over ipv6' }),
    ifEqual(ICMPV6, { no: 'reject' }),
    loadByteAtX(0),
    ifEqual(1, { no: 'reject' }),
    loadByteAtX(ICMP_HEADER_BYTES + 6),
    ifEqual(TCP, { yes: 'quoted by icmpv6', no: 'reject' }),
  ];
}

/** A holds the number of the header at X; both move on when it is an extension (its length counts 8 bytes, less one). */
function skipExtension(which: string): Instruction[] {
  const skip = `skip the ${which}`;
  const done = `past the ${which}`;
  return [
    ifEqual(HOP_BY_HOP, { yes: skip }),
    ifEqual(DESTINATION_OPTIONS, { yes: skip }),
    ifEqual(ROUTING, { no: done }),
    label(skip),
    loadByteAtX(0),
    storeA(0),
    loadByteAtX(1),
    add(1),
    shiftLeft(3),
    addX,
    moveAToX,
    recallA(0),
    label(done),
  ];
}

const HEADER_WORDS = 0x0f;
const IPV6_HEADER_BYTES = 40;

/** With X at the ICMP header: an error is about a port when the first 4 bytes of the TCP header it quotes say so. */
function quoted(ports: readonly number[]): Instruction[] {
  if (ports.length === 0) return [label('quoted by icmp'), label('quoted by icmpv6'), jump('accept')];
  return [
    label('quoted by icmp'),
    loadByteAtX(ICMP_HEADER_BYTES),
    and(HEADER_WORDS),
    shiftLeft(2),
    jump('quoted segment'),
    label('quoted by icmpv6'),
    loadNumber(IPV6_HEADER_BYTES),
    label('quoted segment'),
    addX,
    add(ICMP_HEADER_BYTES),
    moveAToX,
    jump('ports'),
  ];
}

/** Where the addresses stand in the IP header. */
const addressesAt = { 'tcp over ipv4': [12, 16], 'tcp over ipv6': [8, 24] } as const;

function thinOut(crowd: Crowd | undefined): Instruction[] {
  const { networks = [], share = 1 } = crowd ?? {};
  const looks = Object.entries(addressesAt).flatMap(([name, offsets]) => [
    label(name),
    ...offsets.flatMap((at) => [loadHalf(at), ...networks.map((first) => ifEqual(first, { yes: 'crowd' }))]),
    jump('tcp'),
  ]);
  return [...looks, label('crowd'), ...drawLots(share)];
}

const FIN_SYN_RST = 0x07;

function tcpAtX(sample: TcpFilterOptions['sample']): Instruction[] {
  const start = [label('tcp'), loadByteAtX(13), ifAnyBit(FIN_SYN_RST, { yes: 'accept' })];
  if (!sample || sample.share <= 0 || sample.ports.length === 0) return [...start, jump('reject')];
  return [...start, ...drawLots(sample.share), ...ifEitherPort(sample.ports), jump('reject')];
}

function everySegment(ports: readonly number[]): Instruction[] {
  if (ports.length === 0) return [label('tcp'), jump('accept')];
  return [label('tcp'), label('ports'), ...ifEitherPort(ports), jump('reject')];
}

/** SKF_AD_RANDOM is uniform over 32 bits. */
function drawLots(share: number): Instruction[] {
  if (share >= 1) return [];
  return [loadWord(ancillary.random), ifAtLeast(Math.floor(share * 2 ** 32), { yes: 'reject' })];
}

function ifEitherPort(ports: readonly number[]): Instruction[] {
  const anyOf = ports.map((port) => ifEqual(port, { yes: 'accept' }));
  return [loadHalfAtX(0), ...anyOf, loadHalfAtX(2), ...anyOf];
}
