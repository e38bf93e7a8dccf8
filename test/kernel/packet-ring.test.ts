import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeSegment } from '../../src/capture/decode-segment.ts';
import { type HandshakeSummary, HandshakeTable } from '../../src/capture/handshake-table.ts';
import { assemble, keep } from '../../src/kernel/packet-ring/bpf-assembler.ts';
import { PacketRing, RETIRE_AFTER_MS, type RingPacket } from '../../src/kernel/packet-ring/packet-ring.ts';
import type { RingSink } from '../../src/kernel/packet-ring/ring-sink.ts';
import { tcpFilter } from '../../src/kernel/packet-ring/tcp-filter.ts';
import { ipv4, SYN, tcp } from '../capture/packet-bytes.ts';
import { openPacketInjector } from './packet-injector.ts';

// hp-client -- 10.77.1.0/24, fd00:77::/64 -- hp-router, which turns away what goes further.
const client = 'hp-client';
const router = 'hp-router';
const pathOf = (namespace: string): string => `/run/netns/${namespace}`;
const ip = (...words: readonly string[]): void => void execFileSync('ip', words);
const TCP = 6;

function openRing(namespace: string, options: { filter?: Uint8Array; bytes?: number } = {}): PacketRing {
  const opened = PacketRing.open({ namespacePath: pathOf(namespace), filter: tcpFilter(), ...options });
  if (opened.status !== 'ok') throw new Error(JSON.stringify(opened));
  return opened.value;
}

/** Runs JavaScript in a Node process inside the namespace and returns what it printed. */
function runInside(namespace: string, script: string): string {
  const words = ['netns', 'exec', namespace, process.execPath, '-e', script];
  return execFileSync('ip', words, { encoding: 'utf8', timeout: 20_000 });
}

async function observe(namespace: string, script: string): Promise<HandshakeSummary> {
  const table = new HandshakeTable({ fromMs: Date.now() });
  const ring = openRing(namespace);
  try {
    runInside(namespace, script);
    await sleep(RETIRE_AFTER_MS * 3);
    ring.read(10_000, (packet) => {
      const decoded = decodeSegment(packet.bytes, packet.originalBytes);
      if (decoded) table.add(decoded, packet);
    });
    return table.summary();
  } finally {
    ring.close();
  }
}

/** One connection after the other: 100 bytes there, 5,000 back, the client closes first. */
const exchange = (address: string, connections: number): string => `
  const net = require('node:net');
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.resume().on('end', () => socket.end(Buffer.alloc(5000)));
  });
  let left = ${connections};
  const next = () => {
    if (left-- === 0) return server.close();
    net.connect({ port: 8080, host: '${address}', allowHalfOpen: true }).resume().on('close', next).end(Buffer.alloc(100));
  };
  server.listen(8080, '${address}', next);`;

const connectTo = (address: string, port: number): string => `
  const socket = require('node:net').connect(${port}, '${address}');
  socket.on('error', () => {}).setTimeout(500, () => socket.destroy());`;

describe.skipIf(process.getuid?.() !== 0)('the packet ring (root: makes network namespaces)', () => {
  beforeAll(() => {
    ip('netns', 'add', client);
    ip('netns', 'add', router);
    ip('link', 'add', 'hp-up', 'netns', client, 'type', 'veth', 'peer', 'name', 'hp-down', 'netns', router);
    for (const [namespace, device, own, peer] of [
      [client, 'hp-up', 2, 1],
      [router, 'hp-down', 1, 2],
    ] as const) {
      ip('-n', namespace, 'link', 'set', 'lo', 'up');
      ip('-n', namespace, 'link', 'set', device, 'address', `02:00:00:00:00:0${own}`);
      ip('-n', namespace, 'address', 'add', `10.77.1.${own}/24`, 'dev', device);
      ip('-n', namespace, 'address', 'add', `fd00:77::${own}/64`, 'dev', device, 'nodad');
      ip('-n', namespace, 'link', 'set', device, 'up');
      // Written down, since neighbour discovery on a fresh link may take longer than a test waits.
      const neighbour = ['lladdr', `02:00:00:00:00:0${peer}`, 'dev', device];
      ip('-n', namespace, 'neighbour', 'add', `10.77.1.${peer}`, ...neighbour);
      ip('-n', namespace, 'neighbour', 'add', `fd00:77::${peer}`, ...neighbour);
    }
    ip('-n', client, 'route', 'add', 'default', 'via', '10.77.1.1');
    ip('-n', client, '-6', 'route', 'add', 'default', 'via', 'fd00:77::1');
    const forward = 'echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding';
    ip('netns', 'exec', router, 'sh', '-c', forward);
    ip('-n', router, 'route', 'add', 'unreachable', '10.77.8.0/24');
    ip('-n', router, 'route', 'add', 'prohibit', '10.77.9.0/24');
    ip('-n', router, '-6', 'route', 'add', 'prohibit', 'fd00:79::/64');
  });
  afterAll(() => {
    ip('netns', 'delete', client);
    ip('netns', 'delete', router);
  });

  it.each(['127.0.0.1', '::1'])(
    'shows connections over loopback once each, with their sizes: %s',
    async (address) => {
      const { handshakes, unmatched } = await observe(client, exchange(address, 5));
      expect(handshakes).toHaveLength(5);
      for (const handshake of handshakes) {
        expect(handshake).toMatchObject({
          direction: 'loopback',
          client: address,
          server: address,
          serverPort: 8080,
          synCount: 1,
          synAckCount: 1,
          clientBytes: 100,
          serverBytes: 5000,
          finBy: 'client',
        });
        expect(handshake.resetBy).toBeUndefined();
        expect(handshake.synAckAfterMs).toBeLessThan(1000);
        expect(handshake.endedAtMs).toBeGreaterThanOrEqual(handshake.atMs);
      }
      expect(unmatched).toEqual({ synAcks: 0, fins: 0, resets: 0, unreachables: 0 });
    },
  );

  it.each(['127.0.0.1', '::1'])('shows who refuses a connection: %s', async (address) => {
    const { handshakes } = await observe(client, connectTo(address, 9));
    expect(handshakes).toMatchObject([{ synCount: 1, synAckCount: 0, resetBy: 'server' }]);
    expect(handshakes[0]).not.toHaveProperty('serverBytes');
    expect(handshakes[0]).not.toHaveProperty('clientBytes');
  });

  it.each([
    ['10.77.1.1', '10.77.1.2'],
    ['fd00:77::1', 'fd00:77::2'],
  ])('tells outgoing from incoming: %s', async (server, from) => {
    const routerRing = openRing(router);
    const incoming = new HandshakeTable({ fromMs: 0 });
    const outgoing = await observe(client, connectTo(server, 9));
    routerRing.read(1000, (packet) => {
      const decoded = decodeSegment(packet.bytes, packet.originalBytes);
      if (decoded) incoming.add(decoded, packet);
    });
    routerRing.close();
    const refused = { client: from, server, serverPort: 9, synCount: 1, resetBy: 'server' };
    expect(outgoing.handshakes).toMatchObject([{ ...refused, direction: 'outgoing' }]);
    expect(incoming.summary().handshakes).toMatchObject([{ ...refused, direction: 'incoming' }]);
  });

  it.each([
    ['10.77.8.1', 'host-unreachable', '10.77.1.1'],
    ['10.77.9.1', 'admin-prohibited', '10.77.1.1'],
    ['fd00:79::1', 'admin-prohibited', 'fd00:77::1'],
  ])('names the router that turns %s away: %s', async (address, code, by) => {
    const { handshakes } = await observe(client, connectTo(address, 80));
    expect(handshakes).toMatchObject([{ direction: 'outgoing', server: address, unreachable: { code, by } }]);
  });

  it('skips the copy that loopback shows of each packet being sent, whatever the filter', async () => {
    const ring = openRing(client, { filter: assemble([keep(0xffff)]) });
    const injector = openPacketInjector(pathOf(client), 'lo');
    const packet = ipv4({ protocol: 253 }, new Uint8Array(10));
    const sentAtUs = Date.now() * 1000;
    for (let i = 0; i < 3; i++) injector.send(packet);
    await sleep(RETIRE_AFTER_MS * 3);
    const seen: RingPacket[] = [];
    const visited = ring.read(100, (each) => seen.push({ ...each, bytes: each.bytes.slice() }));
    expect(visited).toBe(3);
    for (const each of seen) {
      expect(each).toMatchObject({
        bytes: packet,
        originalBytes: 30,
        outgoing: false,
        loopback: true,
        interfaceIndex: 1,
      });
      expect(Math.abs(each.timestampUs - sentAtUs)).toBeLessThan(5e6);
    }
    expect(ring.statistics()).toEqual({ received: 6, dropped: 0 });
    injector.close();
    ring.close();
  });

  it('hands blocks to a sink: what read() has left of one first, the same fields, no copy of loopback', async () => {
    const ring = openRing(client, { filter: assemble([keep(40)]) });
    const injector = openPacketInjector(pathOf(client), 'lo');
    const packet = (sequence: number): Uint8Array =>
      ipv4(
        { protocol: TCP },
        tcp({ sourcePort: 1, destinationPort: 2, sequence, flags: SYN, payloadBytes: 60 }),
      );
    const sentAtMs = Date.now();
    for (let i = 0; i < 20; i++) injector.send(packet(i));
    await sleep(RETIRE_AFTER_MS * 3);
    expect(ring.read(7, () => {})).toBe(7);
    const sequences: number[] = [];
    const sink: RingSink = {
      packet: (
        bytes,
        view,
        at,
        captured,
        wire,
        seconds,
        nanoseconds,
        interfaceIndex,
        type,
        linkAt,
        vlanTag,
      ) => {
        expect(bytes.slice(at, at + captured)).toEqual(packet(sequences.length + 7).slice(0, 40));
        expect([captured, wire, interfaceIndex, type, vlanTag]).toEqual([40, 100, 1, 0, 0]);
        expect(Math.abs(seconds * 1000 + nanoseconds / 1e6 - sentAtMs)).toBeLessThan(5000);
        // sockaddr_ll: AF_PACKET, and the protocol in network order.
        expect([view.getUint16(linkAt, true), view.getUint16(linkAt + 2)]).toEqual([17, 0x0800]);
        sequences.push(view.getUint32(at + 24));
      },
    };
    ring.visit(100, sink);
    expect(sequences).toEqual(Array.from({ length: 13 }, (_, i) => i + 7));
    expect(ring.visit(100, sink)).toBe(0);
    injector.close();
    ring.close();
    expect(ring.visit(100, sink)).toBe(0);
  });

  it('leaves out frames that are for another machine', async () => {
    const ring = openRing(router);
    const syn = (port: number): Uint8Array =>
      ipv4(
        { protocol: TCP, destination: [10, 77, 1, 1] },
        tcp({ sourcePort: 1, destinationPort: port, flags: SYN }),
      );
    const stranger = openPacketInjector(pathOf(client), 'hp-up', Uint8Array.of(2, 0, 0, 0, 0, 9));
    const everybody = openPacketInjector(pathOf(client), 'hp-up', new Uint8Array(6).fill(0xff));
    stranger.send(syn(1));
    everybody.send(syn(2));
    await sleep(RETIRE_AFTER_MS * 3);
    const ports: number[] = [];
    ring.read(100, (packet) => ports.push(packet.bytes[23] ?? -1));
    expect(ports).toEqual([2]);
    for (const each of [stranger, everybody, ring]) each.close();
  });

  it('goes on in the middle of a block, keeps the order and goes round the ring', async () => {
    const ring = openRing(client, { bytes: 1 });
    const injector = openPacketInjector(pathOf(client), 'lo');
    const numbers: number[] = [];
    // 128 KiB hold about 900 of these packets, so 20 rounds of 200 go round several times.
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 200; i++) {
        const sequence = round * 200 + i;
        injector.send(
          ipv4({ protocol: TCP }, tcp({ sourcePort: 1, destinationPort: 2, sequence, flags: SYN })),
        );
      }
      await sleep(RETIRE_AFTER_MS * 2);
      const readSome = (): number =>
        ring.read(7, ({ bytes }) => numbers.push(((bytes[26] ?? 0) << 8) | (bytes[27] ?? 0)));
      while (readSome() > 0);
    }
    expect(ring.statistics()).toEqual({ received: 4000, dropped: 0 });
    expect(numbers).toEqual(Array.from({ length: 4000 }, (_, i) => i));
    injector.close();
    ring.close();
  });

  it('counts what a ring that is too small has dropped, over several readings of the statistics', async () => {
    const ring = openRing(client, { bytes: 1 });
    const injector = openPacketInjector(pathOf(client), 'lo');
    const syn = ipv4({ protocol: TCP }, tcp({ sourcePort: 1, destinationPort: 2, flags: SYN }));
    for (let i = 0; i < 3000; i++) {
      injector.send(syn);
      if (i === 1500) ring.statistics();
    }
    await sleep(RETIRE_AFTER_MS * 3);
    const { received, dropped } = ring.statistics();
    expect(dropped).toBeGreaterThan(1000);
    expect(received + dropped).toBe(3000);
    expect(ring.read(10_000, () => {})).toBe(received);
    injector.close();
    ring.close();
    expect(ring.statistics()).toEqual({ received, dropped });
    expect(ring.read(1, () => {})).toBe(0);
  });

  it('opens and closes without leaving descriptors or mappings behind', () => {
    const held = (): unknown => ({
      descriptors: readdirSync('/proc/self/fd').length,
      ringMappings: readFileSync('/proc/self/maps', 'utf8').split('socket:').length - 1,
    });
    const before = held();
    for (let i = 0; i < 20; i++) openRing(client, { bytes: 1024 ** 2 }).close();
    expect(held()).toEqual(before);
    using ring = openRing(client);
    expect(held()).not.toEqual(before);
    ring.close();
    ring.close();
    expect(held()).toEqual(before);
  });

  it('says what is missing', () => {
    const filter = tcpFilter();
    expect(PacketRing.open({ namespacePath: '/run/netns/hp-none', filter })).toMatchObject({
      status: 'absent',
    });
    process.seteuid?.(65_534);
    try {
      const own = PacketRing.open({ namespacePath: null, filter });
      expect(own).toEqual({ status: 'denied', source: 'AF_PACKET ring', needs: 'CAP_NET_RAW (root)' });
      expect(PacketRing.open({ namespacePath: pathOf(client), filter })).toMatchObject({ status: 'denied' });
    } finally {
      process.seteuid?.(0);
    }
  });
});
