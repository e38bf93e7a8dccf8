import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSeekable } from '../../../src/app/capture/input/is-seekable.ts';
import { readCapture } from '../../../src/app/capture/input/read-capture.ts';
import { readPlainFile } from '../../../src/app/capture/input/read-plain-file.ts';
import { exitCodes } from '../../../src/base/errors.ts';
import { CaptureReader } from '../../../src/capture/file/capture-reader.ts';
import { bytesOf, pcapHeader, pcapRecord } from './capture-bytes.ts';
import { KeepingSink } from './read-bytes.ts';

const PACKETS = 4000;
const PACKET_BYTES = 250;
const RECORD_BYTES = 16 + PACKET_BYTES;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'halfopen-read-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function keep(name: string, bytes: Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

function fifo(name: string): string {
  const file = path.join(folder, name);
  execFileSync('mkfifo', [file]);
  return file;
}

/** About 1 MB that compresses badly; packet n holds digests of n. */
function capture(): Uint8Array {
  const file = new Uint8Array(24 + PACKETS * RECORD_BYTES);
  file.set(pcapHeader('little'));
  for (let n = 0; n < PACKETS; n += 1) file.set(pcapRecord('little', packet(n)), 24 + n * RECORD_BYTES);
  return file;
}

function packet(n: number): number[] {
  const digest = [...createHash('sha512').update(String(n)).digest()];
  return Array.from({ length: PACKET_BYTES }, (_, index) => digest[index % 100] ?? index & 255);
}

interface Outcome {
  readonly reader: CaptureReader;
  readonly sink: KeepingSink;
  readonly progress: readonly (readonly [number, number | null])[];
}

async function read(file: string, stop = new AbortController().signal): Promise<Outcome> {
  const sink = new KeepingSink();
  const reader = new CaptureReader(sink);
  const progress: [number, number | null][] = [];
  await readCapture(file, reader, { stop, onProgress: (done, total) => progress.push([done, total]) });
  return { reader, sink, progress };
}

/** So many packets, and those before packet `intact` as they were written. */
function expectPackets({ sink }: Outcome, packets = PACKETS, intact = packets): void {
  expect(sink.frames.length).toBe(packets);
  const wrong = sink.frames
    .slice(0, intact)
    .findIndex((frame, n) => !Buffer.from(frame.data).equals(Buffer.from(packet(n))));
  expect(wrong).toBe(-1);
}

const whole = capture();

describe('a plain file', () => {
  it('is read whole', async () => {
    const outcome = await read(keep('plain.pcap', whole));
    expectPackets(outcome);
    expect(outcome.reader).toMatchObject({ partial: null, bytesRead: whole.length });
  });

  it('reports how far it is, and stops when it is told to', async () => {
    const large = new Uint8Array(24 + 60_000 * RECORD_BYTES);
    large.set(pcapHeader('little'));
    for (let n = 0; n < 60_000; n += 1) {
      large.set(whole.subarray(24, 24 + RECORD_BYTES), 24 + n * RECORD_BYTES);
    }
    const file = keep('large.pcap', large);
    const stop = new AbortController();
    const counting = {
      frames: 0,
      frame(): void {
        this.frames += 1;
      },
    };
    const reader = new CaptureReader(counting);
    const seen: number[] = [];
    await readCapture(file, reader, {
      stop: stop.signal,
      onProgress: (done, total) => {
        expect(total).toBe(large.length);
        seen.push(done);
        if (seen.length === 2) stop.abort();
      },
    });
    expect(seen.length).toBe(2);
    expect(seen[1]).toBe(reader.bytesRead);
    expect(reader.bytesRead).toBeLessThan(large.length);
    expect(counting.frames).toBe(reader.frames);
    expect(counting.frames).toBe(Math.floor((reader.bytesRead - 24) / RECORD_BYTES));
    expect(reader.partial).toBeNull();
  });

  it('can be read without giving way, in slices', () => {
    const fd = openSync(keep('slices.pcap', whole), 'r');
    const reader = new CaptureReader(new KeepingSink(), 4096);
    const atMost = { shouldStop: () => false, atMostBytes: 100_000 };
    expect(readPlainFile(fd, reader, atMost)).toBe('more');
    expect(reader.bytesRead).toBeGreaterThanOrEqual(100_000);
    expect(reader.bytesRead).toBeLessThan(105_000);
    expect(readPlainFile(fd, reader, { shouldStop: () => true })).toBe('more');
    expect(readPlainFile(fd, reader, { shouldStop: () => false })).toBe('end');
    expect(reader).toMatchObject({ frames: PACKETS, partial: null });
    closeSync(fd);
  });

  it('alone is seekable', () => {
    expect(isSeekable(keep('seekable.pcap', whole))).toBe(true);
    expect(isSeekable(keep('not.pcap.gz', gzipSync(whole.subarray(0, 100))))).toBe(false);
    expect(isSeekable('-')).toBe(false);
    expect(isSeekable(folder)).toBe(false);
    expect(isSeekable(path.join(folder, 'absent'))).toBe(false);
  });
});

describe('a compressed file', () => {
  it('of one gzip member, or of several', async () => {
    expectPackets(await read(keep('one.pcap.gz', gzipSync(whole))));
    const cuts = [0, 10, 70_000, 70_001, 500_000, whole.length];
    const members = cuts.slice(1).map((end, index) => gzipSync(whole.subarray(cuts[index], end)));
    const several = await read(keep('several.pcap.gz', bytesOf(...members)));
    expectPackets(several);
    expect(several.reader.partial).toBeNull();
  });

  it.each([
    ['with a checksum', ['-3', '--check']],
    ['without one', ['-3', '--no-check']],
    ['with the whole as its window', ['-19', '--long=27']],
  ])('of zstd %s', async (_, options) => {
    const plain = keep('zstd-source.pcap', whole);
    const packed = execFileSync('zstd', ['-q', '-c', ...options, plain], { maxBuffer: 1e8 });
    const outcome = await read(keep('one.pcap.zst', packed));
    expectPackets(outcome);
    expect(outcome.reader.partial).toBeNull();
  });

  it('of zstd frames put together by hand: uncompressed and repeated blocks, skippable frames between', async () => {
    const magic = [0x28, 0xb5, 0x2f, 0xfd];
    const window = [0x00, 0x50];
    const raw = (bytes: Uint8Array, last: boolean) => {
      const header = (bytes.length << 3) | (last ? 1 : 0);
      return bytesOf([header & 255, (header >> 8) & 255, header >> 16], bytes);
    };
    const record = pcapRecord('little', new Array<number>(100).fill(7));
    const repeated = (100 << 3) | (1 << 1) | 1;
    const skippable = [0x5a, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5];
    const file = bytesOf(
      [...skippable, ...magic, ...window],
      raw(pcapHeader('little'), false),
      raw(record, false),
      raw(new Uint8Array(0), true),
      [...skippable, ...skippable, ...magic, ...window],
      raw(record.subarray(0, 16), false),
      [repeated & 255, repeated >> 8, 0, 7],
      skippable,
    );
    const { sink, reader } = await read(keep('hand.pcap.zst', file));
    expect(reader.partial).toBeNull();
    expect(sink.frames.map((frame) => frame.data)).toEqual([1, 2].map(() => new Array(100).fill(7)));
  });

  it.each(['gzip', 'zstd'] as const)(
    'of %s damaged anywhere gives the packets before the damage',
    async (tool) => {
      const plain = keep('damage-source.pcap', whole);
      const packed = execFileSync(tool, ['-q', '-c', plain], { maxBuffer: 1e8 });
      for (const share of [0.3, 0.6, 0.9]) {
        const damaged = Uint8Array.from(packed);
        const at = Math.floor(packed.length * share);
        damaged.fill(0xff, at, at + 40);
        const outcome = await read(keep(`damaged.${tool}`, damaged));
        const { partial, frames } = outcome.reader;
        expect(partial?.because).toContain(`the ${tool} data is damaged`);
        expect(partial?.record).toBe(frames + 1);
        expect(partial?.atByte).toBe(24 + frames * RECORD_BYTES);
        // A zstd block of 128 KiB stands and falls as one; of gzip, all comes that the damage has not touched.
        const least = PACKETS * share - (tool === 'zstd' ? (2 * 131_072) / RECORD_BYTES : 20);
        expect(frames).toBeGreaterThan(least);
        expectPackets(outcome, frames, Math.floor(PACKETS * (share - 0.01)));
      }
    },
  );
});

describe('a FIFO', () => {
  it('is waited for, and read while it is written', async () => {
    const file = fifo('growing');
    const sink = new KeepingSink();
    const reader = new CaptureReader(sink);
    const reading = readCapture(file, reader, { onProgress: () => {}, stop: new AbortController().signal });
    const writer = await open(file, 'w');
    let at = 0;
    for (const size of [1, 2, 21, 16, 300, 70_000, whole.length]) {
      await writer.write(whole.subarray(at, at + size));
      at += size;
      const packets = Math.floor((Math.min(at, whole.length) - 24) / RECORD_BYTES);
      await expect.poll(() => sink.frames.length).toBe(Math.max(packets, 0));
    }
    await writer.close();
    await reading;
    expectPackets({ sink, reader, progress: [] });
    expect(reader.partial).toBeNull();
  });

  it.each([
    ['gzip', gzipSync(whole)],
    ['zstd', null],
  ])('may be compressed with %s', async (tool, packed) => {
    const file = fifo(`packed-${tool}`);
    const reading = read(file);
    const writer = await open(file, 'w');
    const bytes =
      packed ?? execFileSync('zstd', ['-q', '-c', keep('packed-source.pcap', whole)], { maxBuffer: 1e8 });
    await writer.write(bytes.subarray(0, 1));
    await writer.writeFile(bytes.subarray(1));
    await writer.close();
    expectPackets(await reading);
  });

  it('closed inside a packet leaves those before it', async () => {
    const file = fifo('cut');
    const reading = read(file);
    const writer = await open(file, 'w');
    await writer.write(whole.subarray(0, 24 + 3 * RECORD_BYTES + 10));
    await writer.close();
    const outcome = await reading;
    expectPackets(outcome, 3);
    expect(outcome.reader.partial).toEqual({
      because: 'the file ends inside record 4',
      atByte: 24 + 3 * RECORD_BYTES,
      record: 4,
    });
  });

  it('closed before anything came through it is refused', async () => {
    const file = fifo('unused');
    const refusal = expect(read(file)).rejects.toMatchObject({
      exitCode: exitCodes.cannotObserve,
      detail: { said: 'it was closed before anything came through it' },
    });
    await (await open(file, 'w')).close();
    await refusal;
  });

  it('that nobody writes into is left when it is told to stop', async () => {
    const file = fifo('abandoned');
    const stop = new AbortController();
    const reading = read(file, stop.signal);
    setTimeout(() => stop.abort(), 50);
    expect((await reading).reader).toMatchObject({ frames: 0, partial: null, unreadable: null });
  });

  it('whose writer pauses is left when it is told to stop, with what came', async () => {
    const file = fifo('pausing');
    const stop = new AbortController();
    const reading = read(file, stop.signal);
    const writer = await open(file, 'w');
    await writer.write(whole.subarray(0, 24 + 2 * RECORD_BYTES + 5));
    setTimeout(() => stop.abort(), 100);
    const outcome = await reading;
    await writer.close();
    expectPackets(outcome, 2);
    expect(outcome.reader).toMatchObject({ partial: null, unreadable: null });
  });
});

describe('what cannot be read', () => {
  const refused = async (file: string, said: string | RegExp) => {
    const detail = { attempted: 'read the capture', on: file, said: expect.stringMatching(said) };
    await expect(read(file)).rejects.toMatchObject({ exitCode: exitCodes.cannotObserve, detail });
  };

  it('is missing, or a directory', async () => {
    await refused(path.join(folder, 'absent'), /^ENOENT: no such file or directory$/);
    await refused(folder, /^it is a directory$/);
  });

  it('is forbidden', async () => {
    const file = keep('forbidden.pcap', whole);
    chmodSync(file, 0);
    // Root may read everything, so it tries as nobody.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      await refused(file, /^EACCES: permission denied$/);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it('is endless, and no capture', async () => {
    await refused('/dev/zero', /^it begins with 00 00 00 00, neither pcap nor pcapng$/);
    await refused('/dev/null', /^it is empty$/);
  });

  it('a sink that fails is not taken for damage', async () => {
    const failing = new CaptureReader({
      frame: () => {
        throw new Error('of the sink');
      },
    });
    const options = { onProgress: () => {}, stop: new AbortController().signal };
    for (const bytes of [whole, gzipSync(whole)]) {
      await expect(readCapture(keep('sink.pcap', bytes), failing, options)).rejects.toThrow('of the sink');
    }
  });
});
