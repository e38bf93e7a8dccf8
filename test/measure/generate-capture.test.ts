import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CaptureTruth } from '../../src/measure/capture/capture-truth.ts';
import {
  type CaptureWish,
  fewestPackets,
  generateCapture,
} from '../../src/measure/capture/generate-capture.ts';
import { readGenerateOptions } from '../../src/measure/capture/generate-options.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'halfopen-generate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const usual: CaptureWish = {
  packets: 21_000,
  connections: 3000,
  synRetransmissions: 0.05,
  seed: 1,
  family: 'mixed',
};

function generated(wish: CaptureWish): { truth: CaptureTruth; file: Buffer } {
  const name = path.join(folder, 'generated.pcap');
  const fd = openSync(name, 'w');
  try {
    const truth = generateCapture(fd, wish);
    return { truth, file: readFileSync(name) };
  } finally {
    closeSync(fd);
  }
}

interface Packet {
  readonly atUs: number;
  readonly captured: number;
  readonly wire: number;
  readonly ipv6: boolean;
  readonly ipBytes: number;
  readonly from: string;
  readonly to: string;
  readonly fromServer: boolean;
  readonly flags: string;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly payload: number;
  readonly checksums: readonly number[];
}

/** Read by hand, from the specifications: pcap 2.4, Ethernet, RFC 791, RFC 8200, RFC 9293. */
function packetsOf(file: Buffer): Packet[] {
  expect(file.readUInt32LE(0)).toBe(0xa1b2c3d4);
  expect(file.readUInt32LE(20)).toBe(1);
  const packets: Packet[] = [];
  for (let at = 24; at < file.length; ) {
    const captured = file.readUInt32LE(at + 8);
    const atUs = file.readUInt32LE(at) * 1e6 + file.readUInt32LE(at + 4);
    packets.push(
      packetOf(file.subarray(at + 16, at + 16 + captured), atUs, captured, file.readUInt32LE(at + 12)),
    );
    at += 16 + captured;
  }
  return packets;
}

function packetOf(frame: Buffer, atUs: number, captured: number, wire: number): Packet {
  const ipv6 = frame.readUInt16BE(12) === 0x86dd;
  const ip = frame.subarray(14);
  const ipBytes = ipv6 ? 40 + ip.readUInt16BE(4) : ip.readUInt16BE(2);
  const [headerBytes, addressesAt, addressBytes] = ipv6 ? [40, 8, 16] : [20, 12, 4];
  const tcp = ip.subarray(headerBytes);
  const tcpBytes = (tcp.readUInt8(12) >> 4) * 4;
  const address = (n: number, port: number) =>
    `${ip.subarray(addressesAt + n * addressBytes, addressesAt + (n + 1) * addressBytes).toString('hex')}:${port}`;
  const bits = tcp.readUInt8(13);
  const addresses = ip.subarray(addressesAt, addressesAt + 2 * addressBytes);
  return {
    atUs,
    captured,
    wire,
    ipv6,
    ipBytes,
    from: address(0, tcp.readUInt16BE(0)),
    to: address(1, tcp.readUInt16BE(2)),
    fromServer: tcp.readUInt16BE(0) < 32_768,
    flags: [...'FSRPA'].filter((_, n) => bits & (1 << n)).join(''),
    sequence: tcp.readUInt32BE(4),
    acknowledgement: tcp.readUInt32BE(8),
    payload: ipBytes - headerBytes - tcpBytes,
    // Payload is zero bytes, also where it is cut.
    checksums: [
      ipv6 ? 0xffff : sum16(ip.subarray(0, 20)),
      sum16(addresses, tcp.subarray(0, tcpBytes), [
        0,
        6,
        (ipBytes - headerBytes) >> 8,
        (ipBytes - headerBytes) & 0xff,
      ]),
    ],
  };
}

/** RFC 1071: 0xffff when the checksum inside is right. */
function sum16(...parts: readonly (Buffer | readonly number[])[]): number {
  const bytes = parts.flatMap((part) => [...part]);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

/** Packets by connection, client first; no pair of ports is used twice in files this small. */
function connectionsOf(packets: readonly Packet[]): Packet[][] {
  const connections = new Map<string, Packet[]>();
  for (const packet of packets) {
    const key = packet.fromServer ? `${packet.to} ${packet.from}` : `${packet.from} ${packet.to}`;
    const known = connections.get(key);
    if (known) known.push(packet);
    else connections.set(key, [packet]);
  }
  return [...connections.values()];
}

const { truth, file } = generated(usual);
const packets = packetsOf(file);
const connections = connectionsOf(packets);
const flagsOf = (connection: readonly Packet[]) => connection.map(({ flags }) => flags);
const answered = connections.filter((connection) => flagsOf(connection).includes('SA'));

describe('a generated capture', () => {
  it('has as many packets as were asked for, in time order', () => {
    expect(packets.length).toBe(usual.packets);
    expect(truth.packets).toBe(usual.packets);
    expect(truth.fileBytes).toBe(file.length);
    expect([packets[0]?.atUs, packets.at(-1)?.atUs]).toEqual([truth.fromUs, truth.toUs]);
    expect(packets.findIndex(({ atUs }, n) => atUs < (packets[n - 1]?.atUs ?? 0))).toBe(-1);
  });

  it('has lengths that fit: IP inside the frame, padding only to 60 bytes, cut only at the snap length', () => {
    for (const { ipBytes, wire, captured, fromServer } of packets) {
      expect(wire).toBe(fromServer ? 14 + ipBytes : Math.max(60, 14 + ipBytes));
      expect(captured).toBe(Math.min(wire, truth.snapBytes));
    }
    expect(packets.some(({ captured, wire }) => captured < wire)).toBe(true);
    expect(packets.some(({ ipBytes, wire }) => ipBytes + 14 < wire)).toBe(true);
    expect(packets.reduce((sum, { wire }) => sum + wire, 0)).toBe(truth.wireBytes);
  });

  it('has right checksums', () => {
    expect(packets.flatMap(({ checksums }) => checksums).filter((sum) => sum !== 0xffff)).toEqual([]);
  });

  it('says what is in it', () => {
    const count = (wanted: (packet: Packet) => boolean) => packets.filter(wanted).length;
    const syns = connections.map((connection) => flagsOf(connection).filter((flags) => flags === 'S').length);
    const payloads = answered.map((connection) => connection.reduce((sum, { payload }) => sum + payload, 0));
    expect(truth).toMatchObject({
      connections: connections.length,
      syn: count(({ flags }) => flags === 'S'),
      synAck: count(({ flags }) => flags === 'SA'),
      resets: count(({ flags }) => flags.includes('R')),
      push: count(({ flags }) => flags.includes('P')),
      dataSegments: count(({ payload }) => payload > 0),
      payloadBytes: packets.reduce((sum, { payload }) => sum + payload, 0),
      synRetransmissions: syns.reduce((sum, n) => sum + n - 1, 0),
      refused: connections.filter((connection) => flagsOf(connection).join() === 'S,RA').length,
      unanswered: connections.filter((connection) => flagsOf(connection).every((flags) => flags === 'S'))
        .length,
      heartbeats: payloads.filter((bytes) => bytes === 0).length,
      completed: payloads.filter((bytes) => bytes > 0).length,
      slowOpened: answered.filter((connection) => connection[1]?.flags === 'S').length,
      ipv6Connections: connections.filter(([first]) => first?.ipv6).length,
    });
    const { completed, heartbeats, refused, unanswered } = truth;
    expect(completed + heartbeats + refused + unanswered).toBe(usual.connections);
    for (const some of [refused, unanswered, heartbeats, truth.ipv6Connections, truth.wraps]) {
      expect(some).toBeGreaterThan(0);
    }
  });

  it('is made of whole conversations: every segment follows on from the ones before, across 2^32 as well', () => {
    let wraps = 0;
    for (const connection of connections) {
      const next = { client: connection[0]?.sequence ?? 0, server: -1 };
      for (const { fromServer, sequence, acknowledgement, flags, payload } of connection) {
        const [own, other] = fromServer ? (['server', 'client'] as const) : (['client', 'server'] as const);
        if (flags === 'SA') next.server = sequence;
        if (flags === 'S') next.client = sequence;
        expect(sequence).toBe(flags === 'RA' ? 0 : next[own]);
        expect(acknowledgement).toBe(flags === 'S' ? 0 : next[other]);
        const after = sequence + payload + (/[SF]/.test(flags) ? 1 : 0);
        if (after >= 2 ** 32) wraps++;
        next[own] = after % 2 ** 32;
      }
    }
    expect(truth.wraps).toBe(wraps);
  });

  it('closes every conversation from both sides, and the last word is an acknowledgement', () => {
    for (const connection of answered) {
      const fins = connection.filter(({ flags }) => flags.includes('F'));
      expect(fins.map(({ fromServer }) => fromServer).sort()).toEqual([false, true]);
      expect(connection.at(-1)?.flags).toBe('A');
    }
  });

  it('repeats SYNs of 5 % of the connections after 1 s, then 2 s, and answers the last one', () => {
    const slow = answered.map((connection) => connection.filter(({ flags }) => flags === 'S'));
    for (const syns of slow) {
      expect(new Set(syns.map(({ sequence }) => sequence)).size).toBe(1);
      const gaps = syns.slice(1).map(({ atUs }, n) => atUs - (syns[n]?.atUs ?? 0));
      gaps.forEach((gap, n) => {
        expect(gap).toBeGreaterThanOrEqual(1e6 * 2 ** n);
        expect(gap).toBeLessThanOrEqual(1e6 * 2 ** n + 4000);
      });
    }
    expect(new Set(slow.map(({ length }) => length))).toEqual(new Set([1, 2, 3]));
    expect(truth.slowOpened / truth.connections).toBeGreaterThan(0.035);
    expect(truth.slowOpened / truth.connections).toBeLessThan(0.065);
  });

  it('is the same for the same seed, and another for another', () => {
    expect(generated(usual).file.equals(file)).toBe(true);
    expect(generated({ ...usual, seed: 2 }).file.equals(file)).toBe(false);
  });

  it('keeps to its family, and to as few connections at a time', () => {
    const long = generated({ ...usual, family: 'ipv6', packets: 140_000, connections: 20_000 });
    expect(packetsOf(long.file).every(({ ipv6 }) => ipv6)).toBe(true);
    expect(long.truth.mostOpenAtOnce).toBeGreaterThan(1000);
    expect(long.truth.mostOpenAtOnce).toBeLessThan(5000);
    expect(generated({ ...usual, family: 'ipv4' }).truth.ipv6Connections).toBe(0);
  });

  it.each([
    [1, 7, 0.05],
    [1, 500, 0],
    [10, 70, 0.05],
    [1000, 7000, 0.05],
    [1000, 7001, 0],
    [1000, 40_000, 0.5],
    [2000, fewestPackets(2000, 0.3), 0.3],
    [2000, fewestPackets(2000, 1), 1],
  ])(
    'meets the number of packets exactly: %d connections, %d packets, %d slow',
    (connections, packets, slow) => {
      for (let seed = 1; seed <= 5; seed++) {
        const { truth } = generated({ ...usual, connections, packets, synRetransmissions: slow, seed });
        expect([truth.packets, truth.connections]).toEqual([packets, connections]);
      }
    },
  );
});

describe('options of the generator', () => {
  it('are those of the benchmark unless others are given', () => {
    expect(readGenerateOptions(['--out', 'x'])).toEqual({
      out: 'x',
      packets: 3_500_000,
      connections: 500_000,
      synRetransmissions: 0.05,
      seed: 1,
      family: 'ipv4',
      clients: 4000,
    });
  });

  it.each([
    [[], '--out'],
    [['--out', 'x', '--packets', '6999', '--connections', '1000'], '7000 packets'],
    [['--out', 'x', '--packets', '-1'], '--packets'],
    [['--out', 'x', '--connections', '0', '--packets', '9'], '0 connections'],
    [['--out', 'x', '--syn-retransmissions', '5%'], '--syn-retransmissions 5%'],
    [['--out', 'x', '--clients', '0'], '0 clients'],
    [['--out', 'x', '--clients', '5000000'], '5000000 clients'],
    [['--out', 'x', '--family', 'ipx'], '--family ipx'],
    [['--out', 'x', '--format', 'snoop'], '--format snoop'],
  ])('that make no sense are refused: %j', (argv, said) => {
    expect(() => readGenerateOptions(argv)).toThrow(said);
  });
});
