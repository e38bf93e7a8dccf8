import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { blackBoxFile } from '../../src/app/record/incidents/black-box-file.ts';
import { decodeSegment, tcpFlags } from '../../src/capture/decode-segment.ts';
import { findNamespaces } from '../../src/kernel/netns/find-namespaces.ts';
import { BlackBoxRing } from '../../src/kernel/packet-ring/black-box-ring.ts';
import type { RingPacket } from '../../src/kernel/packet-ring/packet-ring.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function openRing(namespace: LabNamespace, bytes: number): BlackBoxRing {
  const found = findNamespaces().namespaces.find(({ names }) => names.includes(namespace.name));
  const ring = BlackBoxRing.open(found?.path ?? '', bytes);
  if (ring.status !== 'ok') throw new Error(JSON.stringify(ring));
  return ring.value;
}

function packetsOf(ring: BlackBoxRing, afterUs = 0, most = 1e6): RingPacket[] {
  const packets: RingPacket[] = [];
  ring.visit(afterUs, most, (packet) => packets.push(packet));
  return packets;
}

function flagsOf({ bytes, originalBytes }: RingPacket): number {
  const segment = decodeSegment(bytes, originalBytes);
  return segment?.kind === 'segment' ? segment.flags : -1;
}

describe.skipIf(process.getuid?.() !== 0)('the ring of the black box (needs root)', () => {
  it.each([
    ['ipv4', '127.0.0.1'],
    ['ipv6', '::1'],
  ])('shows what has come so far, before any block is full, and keeps it: %s', async (_, address) => {
    using namespace = LabNamespace.create('box');
    using ring = openRing(namespace, 2 ** 20);
    await namespace.spawn('listener', { address, port: 80, backlog: 64, mode: 'accept', read: true }).ready;
    const clients = namespace.spawn('clients', { to: address, port: 80, count: 20, close: 'fin' });
    await clients.ready;
    await sleep(500);
    const first = packetsOf(ring);
    const syns = first.filter((packet) => (flagsOf(packet) & (tcpFlags.syn | tcpFlags.ack)) === tcpFlags.syn);
    const synAcks = first.filter(
      (packet) => (flagsOf(packet) & tcpFlags.syn) !== 0 && (flagsOf(packet) & tcpFlags.ack) !== 0,
    );
    expect([syns.length, synAcks.length]).toEqual([20, 20]);
    // Nothing was given back: it is all there again, and only what is newer when that is asked for.
    expect(packetsOf(ring)).toHaveLength(first.length);
    const middleUs = first[Math.floor(first.length / 2)]?.timestampUs ?? 0;
    expect(packetsOf(ring, middleUs).every(({ timestampUs }) => timestampUs > middleUs)).toBe(true);
    expect(packetsOf(ring, 0, 5)).toEqual(first.slice(-5));
  });

  it('keeps the newest when more comes than it holds, as long as room is made', async () => {
    using namespace = LabNamespace.create('box');
    using ring = openRing(namespace, 4 * 64 * 1024);
    await namespace.spawn('listener', {
      address: '127.0.0.1',
      port: 80,
      backlog: 512,
      mode: 'accept',
      read: true,
    }).ready;
    let [most, oldestUs] = [0, 0];
    for (let burst = 0; burst < 8; burst++) {
      namespace.spawn('clients', {
        to: '127.0.0.1',
        port: 80,
        count: 150,
        ratePerSecond: 1000,
        close: 'fin',
      });
      for (let wait = 0; wait < 6; wait++) {
        await sleep(50);
        ring.makeRoom();
      }
      const packets = packetsOf(ring);
      most = Math.max(most, packets.length);
      const times = packets.map(({ timestampUs }) => timestampUs);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      oldestUs = times[0] ?? 0;
    }
    await sleep(200);
    const packets = packetsOf(ring);
    const newestUs = packets.at(-1)?.timestampUs ?? 0;
    // 1,200 connections have five or six such packets each; a quarter of a MiB holds some 1,300 of 200 bytes.
    expect(most).toBeGreaterThan(500);
    expect(most).toBeLessThan(2000);
    expect(Date.now() * 1000 - newestUs).toBeLessThan(2e6);
    expect(oldestUs).toBeLessThan(newestUs);
    expect(ring.dropped()).toBe(0);
  });

  it('is written as a file that tshark reads, packet by packet', async () => {
    using namespace = LabNamespace.create('box');
    using ring = openRing(namespace, 2 ** 20);
    await namespace.spawn('listener', { address: '::1', port: 80, backlog: 64, mode: 'accept', read: true })
      .ready;
    await namespace.spawn('clients', { to: '::1', port: 80, count: 3, close: 'fin' }).ready;
    await sleep(400);
    const packets = packetsOf(ring);
    const folder = mkdtempSync(path.join(tmpdir(), 'halfopen-box-'));
    try {
      const file = path.join(folder, 'box.pcapng');
      const facts = { application: 'halfopen 0', os: 'Linux', place: 'web', dropped: 7, fromMs: 0, toMs: 1 };
      const bytes = blackBoxFile(packets, { ...facts, title: 'ein Überlauf' });
      writeFileSync(file, bytes);
      const fields = ['frame.time_epoch', 'tcp.srcport', 'tcp.flags', 'frame.len', 'frame.interface_name'];
      const run = spawnSync(
        'tshark',
        ['-r', file, '-T', 'fields', ...fields.flatMap((name) => ['-e', name])],
        {
          encoding: 'utf8',
        },
      );
      expect(run.stderr.replace(/^Running as user.*\n/, '')).toBe('');
      const rows = run.stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split('\t'));
      expect(rows).toHaveLength(packets.length);
      rows.forEach(([time, , flags, length, place], at) => {
        const packet = packets[at];
        expect(Math.round(Number(time) * 1e6)).toBe(packet?.timestampUs);
        expect(Number(flags) & 0x3f).toBe((packet ? flagsOf(packet) : -1) & 0x3f);
        expect(Number(length)).toBe(packet?.originalBytes);
        expect(place).toBe('web');
      });
      const text = Buffer.from(bytes).toString('utf8');
      expect(text).toContain('ein Überlauf');
      expect(text).toContain('halfopen 0');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
