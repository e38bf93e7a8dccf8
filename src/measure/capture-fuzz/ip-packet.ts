import type { SegmentStep } from './capture-plan.ts';

export interface SegmentNumbers {
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly ipId: number;
}

interface Ends {
  readonly isIpv6: boolean;
  readonly client: readonly number[];
  readonly server: readonly number[];
  readonly clientPort: number;
  readonly serverPort: number;
}

const TCP = 6;
const ICMP = 1;
const ICMPV6 = 58;
const v6 = (last: number): readonly number[] => [
  0x20,
  0x01,
  0x0d,
  0xb8,
  ...new Array<number>(11).fill(0),
  last,
];

/** Usual ones, ends of the number ranges, an endpoint that speaks with itself, and two that differ only in who is the client. */
const ends: readonly Ends[] = [
  { isIpv6: false, client: [10, 0, 0, 1], server: [10, 0, 0, 2], clientPort: 40_000, serverPort: 80 },
  { isIpv6: true, client: v6(1), server: v6(2), clientPort: 40_000, serverPort: 80 },
  { isIpv6: false, client: [127, 0, 0, 1], server: [127, 0, 0, 1], clientPort: 5555, serverPort: 5555 },
  { isIpv6: true, client: v6(2), server: v6(1), clientPort: 40_000, serverPort: 80 },
  { isIpv6: false, client: [0, 0, 0, 0], server: [255, 255, 255, 255], clientPort: 0, serverPort: 65_535 },
];

function endsOf(connection: number): Ends {
  const known = ends[connection % ends.length] ?? ends[0];
  if (known === undefined) throw new Error('there are no endpoints');
  return known;
}

/** Of a segment's payload no more is captured, as with a snap length: what it is does not matter, and files stay small. */
const MOST_PAYLOAD_BYTES = 16;

/** What is on the wire beyond the bytes that are there. */
export function missingBytes({ payloadBytes }: SegmentStep): number {
  return Math.max(0, payloadBytes - MOST_PAYLOAD_BYTES);
}

/** RFC 791, RFC 8200, RFC 9293; checksums are 0, as nothing looks at them. */
export function tcpPacket(step: SegmentStep, numbers: SegmentNumbers): Uint8Array {
  const { isIpv6, client, server, clientPort, serverPort } = endsOf(step.connection);
  const { fromClient } = step;
  const segment = tcpSegment(
    step,
    numbers,
    fromClient ? clientPort : serverPort,
    fromClient ? serverPort : clientPort,
  );
  const from = fromClient ? client : server;
  const to = fromClient ? server : client;
  const traits = { ttl: step.ttl, oddity: step.oddity, ipId: numbers.ipId, missing: missingBytes(step) };
  return isIpv6 ? ipv6(from, to, TCP, segment, traits) : ipv4(from, to, TCP, segment, traits);
}

/** RFC 792, RFC 4443: destination unreachable with the packet's beginning. */
export function icmpPacket(connection: number, about: Uint8Array): Uint8Array {
  const { isIpv6, client } = endsOf(connection);
  const router = isIpv6 ? v6(99) : [10, 0, 0, 99];
  const message = Uint8Array.from([
    isIpv6 ? 1 : 3,
    isIpv6 ? 4 : 1,
    0,
    0,
    0,
    0,
    0,
    0,
    ...about.subarray(0, 48),
  ]);
  const plain = { ttl: 64, ipId: 7, oddity: 'none', missing: 0 } as const;
  return isIpv6 ? ipv6(router, client, ICMPV6, message, plain) : ipv4(router, client, ICMP, message, plain);
}

function tcpSegment(
  step: SegmentStep,
  numbers: SegmentNumbers,
  fromPort: number,
  toPort: number,
): Uint8Array {
  const optionBytes = Math.min(40, Math.ceil(step.options.length / 4) * 4);
  const bytes = new Uint8Array(20 + optionBytes + Math.min(step.payloadBytes, MOST_PAYLOAD_BYTES));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, fromPort);
  view.setUint16(2, toPort);
  view.setUint32(4, numbers.sequence);
  view.setUint32(8, numbers.acknowledgement);
  view.setUint8(12, (5 + optionBytes / 4) << 4);
  view.setUint8(13, step.flags);
  view.setUint16(14, step.window);
  bytes.set(step.options.slice(0, optionBytes), 20);
  return bytes;
}

interface IpTraits {
  readonly ttl: number;
  readonly ipId: number | null;
  readonly oddity: SegmentStep['oddity'];
  readonly missing: number;
}

function ipv4(
  from: readonly number[],
  to: readonly number[],
  protocol: number,
  inside: Uint8Array,
  { ttl, ipId, oddity, missing }: IpTraits,
): Uint8Array {
  const optionBytes = oddity === 'extensions' ? 40 : 0;
  const bytes = new Uint8Array(20 + optionBytes + inside.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x45 + optionBytes / 4);
  view.setUint16(2, claimed(bytes.length + missing, oddity));
  view.setUint16(4, ipId ?? 0);
  view.setUint16(6, oddity === 'fragment' ? 0x2000 : 0x4000);
  view.setUint8(8, ttl);
  view.setUint8(9, protocol);
  bytes.set(from, 12);
  bytes.set(to, 16);
  bytes.set(inside, 20 + optionBytes);
  return bytes;
}

/** Hop-by-hop options, and destination options of the largest size there is. */
const extensions = [60, 0, ...new Array<number>(6).fill(0), TCP, 255, ...new Array<number>(2046).fill(0)];
const fragmentHeader = [TCP, 0, 0, 1, 0, 0, 0, 9];

function ipv6(
  from: readonly number[],
  to: readonly number[],
  protocol: number,
  inside: Uint8Array,
  { ttl, oddity, missing }: IpTraits,
): Uint8Array {
  const between = oddity === 'extensions' ? extensions : oddity === 'fragment' ? fragmentHeader : [];
  const bytes = new Uint8Array(40 + between.length + inside.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x60);
  view.setUint16(4, claimed(between.length + inside.length + missing, oddity));
  view.setUint8(6, oddity === 'extensions' ? 0 : oddity === 'fragment' ? 44 : protocol);
  view.setUint8(7, ttl);
  bytes.set(from, 8);
  bytes.set(to, 24);
  bytes.set(between, 40);
  bytes.set(inside, 40 + between.length);
  return bytes;
}

function claimed(bytes: number, oddity: SegmentStep['oddity']): number {
  if (oddity === 'zero-length' || oddity === 'huge-wire') return 0;
  if (oddity === 'short-length') return Math.max(1, bytes - 5);
  return oddity === 'long-length' ? bytes + 1000 : bytes;
}
