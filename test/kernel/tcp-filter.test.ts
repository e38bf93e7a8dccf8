import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PacketRing, RETIRE_AFTER_MS } from '../../src/kernel/packet-ring/packet-ring.ts';
import { type TcpFilterOptions, tcpFilter } from '../../src/kernel/packet-ring/tcp-filter.ts';
import {
  ACK,
  extension,
  FIN,
  fragmentHeader,
  icmp,
  ipv4,
  ipv6,
  PSH,
  RST,
  SYN,
  tcp,
} from '../capture/packet-bytes.ts';
import { openPacketInjector } from './packet-injector.ts';

const namespace = 'hp-filter';
const namespacePath = `/run/netns/${namespace}`;
const TCP = 6;
const UDP = 17;

/** What the kernel's own BPF machine lets through of packets put on a private loopback interface. */
async function passed(packets: readonly Uint8Array[], options: TcpFilterOptions = {}): Promise<Uint8Array[]> {
  const opened = PacketRing.open({ namespacePath, filter: tcpFilter(options) });
  if (opened.status !== 'ok') throw new Error(JSON.stringify(opened));
  const ring = opened.value;
  const injector = openPacketInjector(namespacePath, 'lo');
  try {
    for (const packet of packets) injector.send(packet);
    await sleep(RETIRE_AFTER_MS * 3);
    const kept: Uint8Array[] = [];
    ring.read(packets.length * 2, (packet) => kept.push(packet.bytes.slice()));
    expect(ring.statistics().dropped).toBe(0);
    return kept;
  } finally {
    injector.close();
    ring.close();
  }
}

const between = (flags: number, sourcePort = 40_000, destinationPort = 443): Uint8Array =>
  tcp({ sourcePort, destinationPort, flags });
const router = new Uint8Array(4).fill(1);

describe.skipIf(process.getuid?.() !== 0)(
  'the TCP filter in the kernel (root: makes a network namespace)',
  () => {
    beforeAll(() => {
      execFileSync('ip', ['netns', 'add', namespace]);
      execFileSync('ip', ['-n', namespace, 'link', 'set', 'lo', 'up']);
    });
    afterAll(() => {
      execFileSync('ip', ['netns', 'delete', namespace]);
    });

    const kept: Readonly<Record<string, Uint8Array>> = {
      'an IPv4 SYN': ipv4({ protocol: TCP }, between(SYN)),
      'an IPv4 SYN-ACK': ipv4({ protocol: TCP }, between(SYN | ACK)),
      'an IPv4 FIN': ipv4({ protocol: TCP }, between(FIN | ACK)),
      'an IPv4 RST': ipv4({ protocol: TCP }, between(RST)),
      'a SYN after IPv4 options': ipv4({ protocol: TCP, options: router }, between(SYN)),
      'a SYN after the longest IPv4 options': ipv4(
        { protocol: TCP, options: new Uint8Array(40) },
        between(SYN),
      ),
      'the first fragment of an IPv4 SYN': ipv4({ protocol: TCP, fragment: 0x2000 }, between(SYN)),
      'an IPv6 SYN': ipv6(TCP, between(SYN)),
      'an IPv6 FIN': ipv6(TCP, between(FIN | ACK)),
      'a SYN after hop-by-hop options': ipv6(0, Uint8Array.from([...extension(TCP), ...between(SYN)])),
      'a SYN after two long extension headers': ipv6(
        0,
        Uint8Array.from([...extension(60, 3), ...extension(TCP, 2), ...between(SYN)]),
      ),
      'ICMP unreachable about TCP': ipv4({ protocol: 1 }, icmp(3, 10, ipv4({ protocol: TCP }, between(SYN)))),
      'ICMPv6 unreachable about TCP': ipv6(58, icmp(1, 1, ipv6(TCP, between(SYN)))),
    };
    const rejected: Readonly<Record<string, Uint8Array>> = {
      'an IPv4 segment with data': ipv4({ protocol: TCP }, between(PSH | ACK)),
      'an IPv6 segment with data': ipv6(TCP, between(PSH | ACK)),
      'a later fragment': ipv4({ protocol: TCP, fragment: 0x0001 }, between(SYN)),
      'UDP with the same bytes': ipv4({ protocol: UDP }, between(SYN)),
      'UDP over IPv6': ipv6(UDP, between(SYN)),
      'an IPv6 fragment': ipv6(44, Uint8Array.from([...fragmentHeader(TCP, 8), ...between(SYN)])),
      'ICMP echo': ipv4({ protocol: 1 }, icmp(8, 0, ipv4({ protocol: TCP }, between(SYN)))),
      'ICMP unreachable about UDP': ipv4({ protocol: 1 }, icmp(3, 3, ipv4({ protocol: UDP }, between(SYN)))),
      'ICMPv6 unreachable about UDP': ipv6(58, icmp(1, 4, ipv6(UDP, between(SYN)))),
      'ICMPv6 packet too big': ipv6(58, icmp(2, 0, ipv6(TCP, between(SYN)))),
      'a TCP header cut off before the flags': ipv4({ protocol: TCP }, between(SYN).subarray(0, 13)),
    };

    it('keeps every kind of packet it should, whole and unchanged', async () => {
      expect(await passed(Object.values(kept))).toEqual(Object.values(kept));
    });

    it('rejects everything else', async () => {
      const marker = ipv4({ protocol: TCP }, between(SYN, 1, 1));
      // The marker behind them shows that they had the time to arrive.
      expect(await passed([...Object.values(rejected), marker])).toEqual([marker]);
    });

    it('cuts packets at the snap length', async () => {
      const long = ipv4(
        { protocol: TCP },
        tcp({ sourcePort: 1, destinationPort: 2, flags: FIN | ACK, payloadBytes: 900 }),
      );
      expect(await passed([long])).toEqual([long.slice(0, 128)]);
      expect(await passed([long], { snapBytes: 60 })).toEqual([long.slice(0, 60)]);
    });

    it('keeps all data segments of each of 16 ports with share 1, in both directions, and of no other port', async () => {
      const ports = Array.from({ length: 16 }, (_, i) => 8000 + i);
      const wanted = ports.flatMap((port) => [
        ipv4({ protocol: TCP }, between(ACK, 40_000, port)),
        ipv6(TCP, between(ACK, port, 40_000)),
      ]);
      const others = [7999, 8016].flatMap((port) => [
        ipv4({ protocol: TCP }, between(ACK, 40_000, port)),
        ipv6(TCP, between(ACK, port, 40_000)),
      ]);
      expect(await passed([...others, ...wanted], { sample: { ports, share: 1 } })).toEqual(wanted);
      expect(await passed(wanted, { sample: { ports, share: 0 } })).toEqual([]);
      expect(() => tcpFilter({ sample: { ports: [...ports, 1], share: 1 } })).toThrow(RangeError);
    });

    it('keeps every segment where everything is asked for, and nothing that is not TCP', async () => {
      const data = [
        ipv4({ protocol: TCP }, between(PSH | ACK)),
        ipv4({ protocol: TCP, options: router }, between(ACK)),
        ipv6(TCP, between(ACK)),
        ipv6(0, Uint8Array.from([...extension(TCP), ...between(ACK)])),
      ];
      const { 'UDP with the same bytes': udp, 'a later fragment': fragment, 'ICMP echo': echo } = rejected;
      const others = [udp, fragment, echo].filter((packet) => packet !== undefined);
      const wanted = [...Object.values(kept), ...data];
      expect(await passed([...others, ...wanted], { everything: { ports: [] } })).toEqual(wanted);
    });

    it('keeps only what is from, to or about one of 16 ports where everything of them is asked for', async () => {
      const ports = Array.from({ length: 16 }, (_, i) => 8000 + i);
      const about = (flags: number, port: number): Uint8Array[] => [
        ipv4({ protocol: TCP }, between(flags, 40_000, port)),
        ipv4({ protocol: TCP, options: router }, between(flags, port, 40_000)),
        ipv6(TCP, between(flags, 40_000, port)),
        ipv4({ protocol: 1 }, icmp(3, 1, ipv4({ protocol: TCP }, between(SYN, 40_000, port)))),
        ipv4(
          { protocol: 1, options: router },
          icmp(3, 1, ipv4({ protocol: TCP, options: new Uint8Array(40) }, between(SYN, 40_000, port))),
        ),
        ipv6(58, icmp(1, 1, ipv6(TCP, between(SYN, 40_000, port)))),
        ipv6(58, icmp(1, 1, ipv6(TCP, between(SYN, port, 40_000)))),
      ];
      const wanted = ports.flatMap((port) => [SYN, ACK, PSH | ACK].flatMap((flags) => about(flags, port)));
      const others = [7999, 8016].flatMap((port) => [SYN, RST, ACK].flatMap((flags) => about(flags, port)));
      expect(await passed([...others, ...wanted], { everything: { ports } })).toEqual(wanted);
      expect(() => tcpFilter({ everything: { ports: [...ports, 1] } })).toThrow(RangeError);
    });

    it('draws the share at random and never loses a SYN to it', async () => {
      const data = ipv4({ protocol: TCP }, between(ACK));
      const syn = ipv4({ protocol: TCP }, between(SYN));
      const packets = Array.from({ length: 4000 }, (_, i) => (i % 2 === 0 ? data : syn));
      const result = await passed(packets, { sample: { ports: [443], share: 0.25 } });
      const syns = result.filter((bytes) => bytes[33] === SYN).length;
      expect(syns).toBe(2000);
      // Binomial: 500 of 2,000, standard deviation 19.4; 6 of them either way is once in 500 million runs.
      expect(Math.abs(result.length - syns - 500)).toBeLessThan(117);
    });

    it('thins out what goes to and from the networks of a crowd, and nothing else', async () => {
      const forged = [10, 91, 3, 4];
      const real = ipv4({ protocol: TCP, source: [10, 90, 0, 1] }, between(SYN));
      const crowd = [
        ipv4({ protocol: TCP, source: forged }, between(SYN)),
        ipv4({ protocol: TCP, destination: forged }, between(SYN | ACK)),
      ];
      const overIpv6 = ipv6(TCP, between(SYN));
      overIpv6.set([0xfd, 0x91], 8); // The source; to such a destination this kernel itself would say "unreachable".
      crowd.push(overIpv6);
      const networks = [0x0a5b, 0xfd91];
      expect(await passed([...crowd, real], { crowd: { networks, share: 0 } })).toEqual([real]);
      expect(await passed([...crowd, real], { crowd: { networks, share: 1 } })).toEqual([...crowd, real]);
      const loopback = ipv6(TCP, between(SYN));
      expect(await passed([loopback], { crowd: { networks, share: 0 } })).toEqual([loopback]);
      const many = Array.from({ length: 2000 }, (_, i) => crowd[i % 3] ?? real);
      const kept = await passed(many, { crowd: { networks, share: 0.25 } });
      // Binomial: 500 of 2,000, standard deviation 19.4; 6 of them either way is once in 500 million runs.
      expect(Math.abs(kept.length - 500)).toBeLessThan(117);
    });
  },
);
