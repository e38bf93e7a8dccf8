import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { captureLive } from '../../src/app/capture/live/capture-live.ts';
import type {
  LiveCaptureOptions,
  LiveProgress,
  LiveResult,
} from '../../src/app/capture/live/live-capture.ts';
import { systemClock } from '../../src/app/diagnose-host.ts';
import { exitCodes, HalfopenError } from '../../src/base/errors.ts';
import type { FrameSink } from '../../src/capture/file/frame-sink.ts';
import { inNamespace } from '../../src/kernel/netns/enter.ts';
import { connectNamespaces, type Link } from '../../src/lab/link.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { FrameBatch } from '../../src/lab/programs/frame-batch.ts';
import { ACK, ipv4, ipv6, PSH, SYN, tcp } from '../capture/packet-bytes.ts';
import { openPacketInjector, type PacketInjector } from './packet-injector.ts';

const TCP = 6;
const PORT = 8080;

const macBytes = (mac: string): Uint8Array =>
  Uint8Array.from(mac.split(':'), (byte) => Number.parseInt(byte, 16));
const installed = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

const segment = (sequence: number, flags = PSH | ACK, port = PORT, payloadBytes = 300): Uint8Array =>
  ipv4(
    { protocol: TCP, source: [10, 90, 0, 1], destination: [10, 90, 0, 99] },
    tcp({ sourcePort: 40_000, destinationPort: port, sequence, flags, payloadBytes }),
  );

describe.skipIf(process.getuid?.() !== 0)('capture live (root: makes network namespaces)', () => {
  let client: LabNamespace;
  let server: LabNamespace;
  let link: Link;
  let folder = '';
  let injector: PacketInjector;

  beforeAll(() => {
    client = LabNamespace.create('live');
    server = LabNamespace.create('live');
    link = connectNamespaces(client, server);
    injector = openPacketInjector(client.path, link.a.device, macBytes(link.b.mac));
  });
  afterAll(() => {
    injector.close();
    client.dispose();
    server.dispose();
  });
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'halfopen-live-'));
    chmodSync(folder, 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const inFolder = (name: string): string => path.join(folder, name);

  /** Captures while `work` runs, and ends it as Ctrl-C would. */
  async function captured(
    work: () => void | Promise<void>,
    options: Partial<LiveCaptureOptions> = {},
  ): Promise<LiveResult> {
    const stop = new AbortController();
    const running = captureLive({
      netns: server.name,
      ports: [],
      snapBytes: 128,
      bufferBytes: 8 * 1024 ** 2,
      tool: { name: 'halfopen', version: 'test' },
      clock: systemClock,
      stop: stop.signal,
      ...options,
    });
    // What is refused is refused before the work.
    await Promise.race([running, sleep(50)]);
    await work();
    if (options.forMs === undefined) stop.abort();
    return running;
  }

  const tshark = (file: string, ...fields: string[]): string[][] =>
    execFileSync('tshark', ['-n', '-r', file, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'));

  /** Of pcapng blocks of this type (all are little-endian here). */
  function blocksOf(file: string, type: number): Buffer[] {
    const content = readFileSync(file);
    const found: Buffer[] = [];
    for (let at = 0; at < content.length; at += content.readUInt32LE(at + 4)) {
      if (content.readUInt32LE(at) === type)
        found.push(content.subarray(at, at + content.readUInt32LE(at + 4)));
    }
    return found;
  }

  function statisticsOf(file: string): Record<number, bigint>[] {
    return blocksOf(file, 5).map((block) => {
      const counts: Record<number, bigint> = {};
      for (let at = 20; block.readUInt16LE(at) !== 0; at += 4 + ((block.readUInt16LE(at + 2) + 3) & ~3)) {
        const code = block.readUInt16LE(at);
        if (code >= 4) counts[code] = block.readBigUInt64LE(at + 4);
      }
      return counts;
    });
  }

  it.skipIf(!installed('tshark') || !installed('tcpdump') || !installed('capinfos'))(
    'writes files that tshark, capinfos and tcpdump read as what was on the wire, and counts the same',
    async () => {
      const file = inFolder('trace.pcapng');
      const fromMs = Date.now();
      const { summary, failed } = await captured(
        async () => {
          injector.send(segment(1, SYN));
          injector.send(segment(1, SYN));
          injector.send(segment(2, PSH | ACK, PORT, 1000));
          const outgoing = openPacketInjector(server.path, link.b.device, macBytes(link.a.mac));
          outgoing.send(
            ipv6(TCP, tcp({ sourcePort: PORT, destinationPort: 40_000, sequence: 7, flags: ACK })),
          );
          outgoing.close();
          const loopback = openPacketInjector(server.path, 'lo');
          loopback.send(segment(9));
          loopback.close();
        },
        { write: file },
      );
      expect(failed).toBeUndefined();
      expect(summary).toMatchObject({
        packets: 5,
        bytes: 340 + 340 + 1040 + 60 + 340,
        droppedByKernel: 0,
        syn: 2,
        synRetransmissions: 1,
        interfaces: [
          { name: link.b.device, packets: 4 },
          { name: 'lo', packets: 1 },
        ],
        files: [{ name: file, packets: 5, bytes: statSync(file).size }],
        interrupted: true,
      });
      const fields = [
        'sll.pkttype',
        'frame.interface_name',
        'sll.src.eth',
        'tcp.seq_raw',
        'frame.len',
        'frame.cap_len',
      ];
      const [a, b] = [link.a.mac, link.b.device];
      const rows = tshark(file, ...fields);
      expect(rows).toEqual([
        ['0', b, a, '1', '356', '144'],
        ['0', b, a, '1', '356', '144'],
        ['0', b, a, '2', '1056', '144'],
        ['4', b, link.b.mac, '7', '76', '76'],
        ['0', 'lo', '00:00:00:00:00:00', '9', '356', '144'],
      ]);
      // epb_flags: 01 inbound (unicast), 10 outbound.
      const flags = blocksOf(file, 6).map((block) => block.readUInt32LE(block.length - 12));
      expect(flags).toEqual([0b101, 0b101, 0b101, 0b10, 0b101]);
      for (const [epoch] of tshark(file, 'frame.time_epoch')) {
        expect(epoch).toMatch(/\.\d{9}$/);
        expect(Math.abs(Number(epoch) * 1000 - fromMs)).toBeLessThan(5000);
      }
      const told = execFileSync('capinfos', [file], { encoding: 'utf8' });
      expect(told).toMatch(/Capture application: halfopen test/);
      expect(told).toMatch(/Number of packets:\s+5\n/);
      expect(told.match(/Number of stat entries = 1/g)).toHaveLength(2);
      const dump = spawnSync('tcpdump', ['-Z', 'root', '-enr', file], { encoding: 'utf8' });
      expect(dump.status).toBe(0);
      expect(dump.stdout.trim().split('\n')).toHaveLength(5);
      // isb_ifrecv of each interface; isb_osdrop once.
      expect(statisticsOf(file)).toMatchObject([{ 4: 4n, 7: 0n }, { 4: 1n }]);
    },
  );

  it('gives each packet to a sink as it is, from the IP header on, and keeps to the ports', async () => {
    const seen: { bytes: Uint8Array; wireBytes: number; linkType: number; wallMs: number }[] = [];
    const sink: FrameSink = {
      frame: (bytes, view, at, capturedBytes, wireBytes, seconds, nanoseconds, linkType) => {
        expect(view.getUint8(at)).toBe(bytes[at]);
        const wallMs = seconds * 1000 + nanoseconds / 1e6;
        seen.push({ bytes: bytes.slice(at, at + capturedBytes), wireBytes, linkType, wallMs });
      },
    };
    const sent = [segment(1, SYN, 81), segment(2, ACK, 80), segment(3, ACK, PORT), segment(4, SYN, 9)];
    const { summary } = await captured(() => sent.forEach(injector.send), {
      sink,
      ports: [PORT, 81],
      snapBytes: 64,
    });
    expect(summary.packets).toBe(2);
    expect(seen.map(({ bytes }) => bytes)).toEqual([sent[0]?.slice(0, 64), sent[2]?.slice(0, 64)]);
    for (const { wireBytes, linkType, wallMs } of seen) {
      expect([wireBytes, linkType]).toEqual([340, 101]);
      expect(Math.abs(wallMs - Date.now())).toBeLessThan(5000);
    }
  });

  it('captures on one interface only where one is named', async () => {
    const both = (): void => {
      injector.send(segment(1));
      const loopback = openPacketInjector(server.path, 'lo');
      loopback.send(segment(2));
      loopback.close();
    };
    const { summary } = await captured(both, { interface: 'lo' });
    expect(summary.interfaces).toEqual([{ name: 'lo', packets: 1, bytes: 340 }]);
    await expect(captured(both, { interface: 'eth77' })).rejects.toMatchObject({
      exitCode: exitCodes.usage,
      message: expect.stringMatching(/eth77\nThere are: lo, hop\d+b/),
    });
  });

  it('keeps the last files of a ring, each whole, and deletes none but its own', async () => {
    const LIMIT = 20_000;
    const SENT = 1000;
    const strangers = ['trace.00099.pcapng', 'trace.pcapng', 'other'];
    for (const name of strangers) writeFileSync(inFolder(name), 'not ours');
    writeFileSync(inFolder('trace.00002.pcapng'), 'of an earlier run: replaced');
    const { summary } = await captured(
      async () => {
        for (let i = 0; i < SENT; i++) injector.send(segment(i));
      },
      { write: inFolder('trace.pcapng'), ring: { files: 3, bytes: LIMIT } },
    );
    expect(summary.packets).toBe(SENT);
    // 128 bytes, 16 of link header and 44 of the block: 188 for each packet.
    const perFile = Math.floor(LIMIT / 188);
    expect(summary.filesDeleted).toBeGreaterThanOrEqual(Math.floor(SENT / perFile) - 3);
    expect(summary.files).toHaveLength(3);
    const names = summary.files.map(({ name }) => path.basename(name));
    expect(readdirSync(folder).sort()).toEqual([...names, ...strangers].sort());
    for (const name of strangers) expect(readFileSync(inFolder(name), 'utf8')).toBe('not ours');
    let next = SENT - summary.files.reduce((sum, { packets }) => sum + packets, 0);
    for (const { name, bytes, packets } of summary.files) {
      expect(statSync(name).size).toBe(bytes);
      expect(bytes).toBeLessThanOrEqual(LIMIT);
      const sequences = blocksOf(name, 6).map((block) => block.readUInt32BE(28 + 16 + 24));
      expect(sequences).toEqual(Array.from({ length: packets }, () => next++));
      expect(statisticsOf(name)).toMatchObject([{ 4: BigInt(packets), 7: 0n }]);
      if (installed('capinfos')) execFileSync('capinfos', [name]);
    }
    expect(next).toBe(SENT);
    // All but the last are full.
    expect(summary.files[0]?.packets).toBeGreaterThan(perFile - 10);
  });

  it('writes a file that can be read although nothing was captured', async () => {
    const file = inFolder('empty.pcapng');
    const { summary } = await captured(() => {}, { write: file, forMs: 200 });
    expect(summary).toMatchObject({ packets: 0, interrupted: false });
    expect(summary.seconds).toBeGreaterThanOrEqual(0.2);
    expect(summary.seconds).toBeLessThan(2);
    expect(statisticsOf(file)).toMatchObject([{ 4: 0n, 7: 0n }, { 4: 0n }]);
    if (installed('tcpdump')) execFileSync('tcpdump', ['-Z', 'root', '-nr', file], { stdio: 'ignore' });
  });

  it('counts what the kernel had no room for, in the summary and in the file', async () => {
    const file = inFolder('trace.pcapng');
    const SENT = 20_000;
    // Sent without a pause from the thread that should read: 2 MiB hold some 8,000 of them.
    const { summary } = await captured(
      () => {
        for (let i = 0; i < SENT; i++) injector.send(segment(i));
      },
      { bufferBytes: 2 * 1024 ** 2, write: file },
    );
    expect(summary.droppedByKernel).toBeGreaterThan(5000);
    expect(summary.packets + summary.droppedByKernel).toBe(SENT);
    expect(statisticsOf(file)).toMatchObject([
      { 4: BigInt(summary.packets), 7: BigInt(summary.droppedByKernel) },
    ]);
  });

  it('keeps the VLAN tag that the kernel takes out of the frame', async () => {
    const file = inFolder('trace.pcapng');
    const tag = Uint8Array.of(0x81, 0x00, 0x20, 0x07, 0x08, 0x00);
    const frame = Buffer.concat([macBytes(link.b.mac), macBytes(link.a.mac), tag, segment(5)]);
    const batch = inNamespace(client.path, () => new FrameBatch(link.a.device, 0x8100, frame, 1));
    const { summary } = await captured(() => expect(batch.send(0, 1)).toBe(1), { write: file });
    expect(summary.packets).toBe(1);
    const [packet] = blocksOf(file, 6);
    expect(packet?.subarray(28 + 14, 28 + 20).toString('hex')).toBe('810020070800');
    if (installed('tshark')) {
      expect(tshark(file, 'vlan.priority', 'vlan.id', 'tcp.seq_raw', 'frame.cap_len')).toEqual([
        ['1', '7', '5', '148'],
      ]);
    }
  });

  it('keeps what fits on a disk that becomes full, as a whole file, and says so', async () => {
    const disk = inFolder('disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'halfopen-test', disk]);
    try {
      const file = path.join(disk, 'trace.pcapng');
      const { summary, failed } = await captured(
        async () => {
          for (let i = 0; i < 20_000; i++) {
            injector.send(segment(i));
            if (i % 1000 === 0) await sleep(1);
          }
          await sleep(100);
        },
        { write: file },
      );
      expect(failed).toMatchObject({
        exitCode: exitCodes.cannotObserve,
        message: expect.stringMatching(/^cannot write the captured packets to .*trace\.pcapng: ENOSPC/),
      });
      expect(summary.files).toMatchObject([{ name: file, bytes: statSync(file).size }]);
      const kept = blocksOf(file, 6);
      expect(kept.length).toBeGreaterThan(5000);
      expect(kept.map((block) => block.readUInt32BE(28 + 16 + 24))).toEqual(kept.map((_, index) => index));
      if (installed('capinfos')) execFileSync('capinfos', [file]);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it('writes into a named pipe for a program that reads along, and refuses one that nobody reads', async () => {
    const [pipe, copy] = [inFolder('pipe'), inFolder('copy')];
    execFileSync('mkfifo', [pipe]);
    await expect(captured(() => {}, { write: pipe, forMs: 100 })).rejects.toMatchObject({
      exitCode: exitCodes.cannotObserve,
      message: expect.stringMatching(/ENXIO.*\nStart what reads this pipe first/),
    });
    const reader = spawn('sh', ['-c', `exec cat '${pipe}' > '${copy}'`]);
    const ended = new Promise((resolve) => reader.on('close', resolve));
    // Until the shell has got so far.
    await sleep(200);
    const { failed } = await captured(() => injector.send(segment(5)), { write: pipe });
    expect(failed).toBeUndefined();
    await ended;
    expect(blocksOf(copy, 6)).toHaveLength(1);
    expect(statisticsOf(copy)).toMatchObject([{ 4: 1n }]);
  });

  it('tells how it goes about each second, and leaves the file readable meanwhile', async () => {
    const file = inFolder('trace.pcapng');
    const told: LiveProgress[] = [];
    let readable = 0;
    await captured(
      async () => {
        for (let i = 0; i < 500; i++) injector.send(segment(i, i % 5 === 0 ? SYN : ACK));
        await sleep(1300);
        readable = blocksOf(file, 6).length;
      },
      { write: file, onProgress: (now) => told.push(now) },
    );
    expect(readable).toBe(500);
    // A busy machine may have had the time for a second one.
    const [now] = told;
    expect(now).toMatchObject({ packets: 500, droppedByKernel: 0, file: { name: file, packets: 500 } });
    expect((now?.packetsPerSecond ?? 0) * (now?.seconds ?? 0)).toBeCloseTo(500, 6);
    expect((now?.bytesPerSecond ?? 0) * (now?.seconds ?? 0)).toBeCloseTo(500 * 340, 6);
    expect((now?.synPerSecond ?? 0) * (now?.seconds ?? 0)).toBeCloseTo(100, 6);
  });

  it('says what it cannot do before it begins', async () => {
    const refused = (options: Partial<LiveCaptureOptions>): Promise<HalfopenError> =>
      captured(() => {}, { forMs: 100, ...options }).then(
        () => expect.fail('it should have refused'),
        (error) => {
          if (error instanceof HalfopenError) return error;
          throw error;
        },
      );
    const usage: [Partial<LiveCaptureOptions>, RegExp][] = [
      [{ netns: 'no-such-namespace' }, /--netns no-such-namespace/],
      [{ netns: 'all' }, /more than one namespace at once/],
      [{ ports: Array.from({ length: 17 }, (_, i) => i + 1) }, /17 ports\n.*at most 16/],
    ];
    for (const [options, words] of usage) {
      expect(await refused(options)).toMatchObject({
        exitCode: exitCodes.usage,
        message: expect.stringMatching(words),
      });
    }
    for (const write of [folder, inFolder('no/such/folder')]) {
      expect(await refused({ write })).toMatchObject({ exitCode: exitCodes.cannotObserve });
    }
    process.seteuid?.(65_534);
    try {
      const own = await refused({ netns: 'self' });
      expect(own).toMatchObject({
        exitCode: exitCodes.cannotObserve,
        message: expect.stringMatching(/CAP_NET_RAW/),
      });
      expect(await refused({})).toMatchObject({
        exitCode: exitCodes.cannotObserve,
        message: expect.stringMatching(/CAP_SYS_ADMIN/),
      });
    } finally {
      process.seteuid?.(0);
    }
    expect(readdirSync(folder)).toEqual([]);
  });
});
