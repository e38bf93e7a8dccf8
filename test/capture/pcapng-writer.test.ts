import { describe, expect, it } from 'vitest';
import {
  type PcapngSection,
  PcapngWriter,
  packetBytes,
  pcapngFlags,
} from '../../src/capture/file/pcapng-writer.ts';

const section: PcapngSection = { application: 'hf 1', os: 'Linux', linkType: 101, snapBytes: 2000 };

interface Block {
  readonly type: number;
  readonly body: DataView;
}

/** By the draft's section 3.1: type, length, body, length. */
function blocksOf(chunks: readonly Uint8Array[]): Block[] {
  const file = Buffer.concat(chunks);
  const blocks: Block[] = [];
  for (let at = 0; at < file.length; ) {
    const length = file.readUInt32LE(at + 4);
    expect(length % 4).toBe(0);
    expect(file.readUInt32LE(at + length - 4)).toBe(length);
    blocks.push({
      type: file.readUInt32LE(at),
      body: new DataView(file.buffer, file.byteOffset + at + 8, length - 12),
    });
    at += length;
  }
  return blocks;
}

function optionsOf(body: DataView, from: number): [code: number, value: Buffer][] {
  const found: [number, Buffer][] = [];
  for (let at = from; at < body.byteLength; ) {
    const [code, length] = [body.getUint16(at, true), body.getUint16(at + 2, true)];
    if (code === 0) break;
    found.push([code, Buffer.from(body.buffer, body.byteOffset + at + 4, length)]);
    at += 4 + ((length + 3) & ~3);
  }
  return found;
}

function written(use: (writer: PcapngWriter) => void, of = section): { chunks: Uint8Array[]; bytes: number } {
  const chunks: Uint8Array[] = [];
  const writer = new PcapngWriter(of, (chunk) => chunks.push(chunk.slice()));
  use(writer);
  writer.flush();
  return { chunks, bytes: writer.bytes };
}

const header = new DataView(Uint8Array.from({ length: 20 }, (_, i) => 0xa0 + i).buffer);

function packet(
  writer: PcapngWriter,
  content: Uint8Array,
  {
    seconds = 1,
    nanoseconds = 2,
    flags = 0,
    headerBytes = 0,
    wireBytes = content.length,
    at = 0,
    captured = content.length,
  } = {},
): void {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  writer.packet(0, seconds, nanoseconds, flags, header, headerBytes, content, view, at, captured, wireBytes);
}

describe('the pcapng writer', () => {
  it('writes what the draft demands, byte for byte', () => {
    const { chunks, bytes } = written((writer) => {
      writer.addInterface('lo');
      packet(writer, Uint8Array.of(1, 2, 3, 4, 5), {
        seconds: 0x10,
        nanoseconds: 7,
        flags: pcapngFlags.inbound | pcapngFlags.unicast,
        wireBytes: 1500,
      });
    });
    const hex = [
      // Section header: type, 52 bytes, magic, version 1.0, length unknown, shb_os, shb_userappl, end, 52 bytes.
      '0a0d0d0a 34000000 4d3c2b1a 01000000 ffffffffffffffff',
      '0300 0500 4c696e7578000000 0400 0400 68662031 00000000 34000000',
      // Interface: type, 40 bytes, RAW, snap length 2000, if_name, if_tsresol 9, end.
      '01000000 28000000 6500 0000 d0070000 0200 0200 6c6f0000 0900 0100 09000000 00000000 28000000',
      // Packet: type, 52 bytes, interface 0, 16000000007 ns, 5 bytes of 1500, padding, epb_flags, end.
      '06000000 34000000 00000000 03000000 07a0acb9 05000000 dc050000 0102030405000000',
      '0200 0400 05000000 00000000 34000000',
    ];
    expect(Buffer.concat(chunks).toString('hex')).toBe(hex.join('').replaceAll(' ', ''));
    expect(bytes).toBe(52 + 40 + packetBytes(5));
    expect(packetBytes(5)).toBe(52);
  });

  it.each([
    [0, 0],
    [0, 999_999_999],
    [4, 294_967_295],
    [4, 294_967_296],
    [1_795_204_813, 586_123_457],
    [2 ** 31, 1],
    [2 ** 32 - 1, 999_999_999],
  ])('keeps every nanosecond of %i s and %i ns', (seconds, nanoseconds) => {
    const { chunks } = written((writer) => {
      writer.addInterface('lo');
      packet(writer, new Uint8Array(4), { seconds, nanoseconds });
      writer.end([{ received: 1 }], { seconds, nanoseconds }, { seconds, nanoseconds });
    });
    const expected = BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
    const timeAt = (view: DataView): bigint =>
      (BigInt(view.getUint32(4, true)) << 32n) | BigInt(view.getUint32(8, true));
    const [, , packetBlock, statistics] = blocksOf(chunks);
    for (const block of [packetBlock, statistics]) {
      expect(block && timeAt(block.body)).toBe(expected);
    }
  });

  it('keeps packets of every length as they are, with the link header before them and zeros behind', () => {
    const content = Uint8Array.from({ length: 1800 }, (_, i) => (i * 7) % 251);
    const lengths = [0, 1, 2, 3, 4, 59, 511, 512, 513, 514, 515, 1799];
    for (const headerBytes of [0, 16, 20]) {
      const { chunks } = written((writer) => {
        writer.addInterface('lo');
        // Something else in the buffer's memory, so that padding left over from it would be seen.
        packet(writer, new Uint8Array(1800).fill(0xff));
        writer.flush();
        for (const captured of lengths) packet(writer, content, { at: 1, captured, headerBytes });
      });
      const packets = blocksOf(chunks).slice(3);
      lengths.forEach((captured, index) => {
        const body = packets[index]?.body ?? new DataView(new ArrayBuffer(0));
        const data = Buffer.from(body.buffer, body.byteOffset + 20, body.byteLength - 20);
        expect(body.getUint32(12, true)).toBe(headerBytes + captured);
        expect(body.getUint32(16, true)).toBe(headerBytes + content.length);
        expect([...data.subarray(0, headerBytes)]).toEqual(
          [...new Uint8Array(header.buffer)].slice(0, headerBytes),
        );
        const kept = data.subarray(headerBytes, headerBytes + captured);
        expect(kept.equals(content.subarray(1, 1 + captured))).toBe(true);
        const padding = data.subarray(headerBytes + captured, data.length - 12);
        expect([...padding]).toEqual(new Array(padding.length).fill(0));
        expect(padding.length).toBe((4 - (captured % 4)) % 4);
      });
    }
  });

  it('says at the end what was received and lost, and only what is known', () => {
    const { chunks } = written((writer) => {
      writer.addInterface('eth0');
      writer.addInterface('eth1');
      writer.end(
        [{ received: 2 ** 40, droppedByInterface: 5, droppedByOs: 6, comment: 'of both' }, { received: 3 }],
        { seconds: 1, nanoseconds: 0 },
        { seconds: 3, nanoseconds: 5 },
      );
    });
    const statistics = blocksOf(chunks).filter(({ type }) => type === 5);
    expect(statistics.map(({ body }) => body.getUint32(0, true))).toEqual([0, 1]);
    const [first = [], second = []] = statistics.map(({ body }) => optionsOf(body, 12));
    const time = (ns: bigint): Buffer => {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32LE(Number(ns >> 32n), 0);
      bytes.writeUInt32LE(Number(ns & 0xffffffffn), 4);
      return bytes;
    };
    const count = (value: bigint): Buffer => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(value);
      return bytes;
    };
    expect(first).toEqual([
      [1, Buffer.from('of both')],
      [2, time(1_000_000_000n)],
      [3, time(3_000_000_005n)],
      [4, count(2n ** 40n)],
      [5, count(5n)],
      [7, count(6n)],
    ]);
    expect(second.map(([code]) => code)).toEqual([2, 3, 4]);
  });

  it('hands over chunks that end with a block, in bounded memory, and counts what it has not handed over', () => {
    const sizes: number[] = [];
    const writer = new PcapngWriter(section, (chunk) => {
      sizes.push(chunk.length);
      blocksOf([chunk]);
    });
    writer.addInterface('lo');
    const content = new Uint8Array(1500);
    const before = writer.bytes;
    for (let i = 0; i < 2000; i++) packet(writer, content);
    expect(sizes.length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...sizes)).toBeLessThan(2 ** 20 + packetBytes(section.snapBytes));
    expect(writer.bytes).toBe(before + 2000 * packetBytes(1500));
    writer.flush();
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(writer.bytes);
  });

  it('cuts names that an option could not hold, at a character', () => {
    const { chunks } = written((writer) => writer.addInterface('ü'.repeat(40_000)));
    const [, description] = blocksOf(chunks);
    const name = description && optionsOf(description.body, 8)[0]?.[1];
    expect(name?.toString('utf8')).toBe('ü'.repeat(500));
  });
});
