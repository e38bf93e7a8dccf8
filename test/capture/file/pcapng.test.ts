import { describe, expect, it } from 'vitest';
import {
  type ByteOrder,
  block,
  bytesOf,
  interfaceBlock,
  option,
  packetBlock,
  section,
  u16,
  u32,
} from './capture-bytes.ts';
import { readBytes } from './read-bytes.ts';

const orders: readonly ByteOrder[] = ['little', 'big'];

/** A file of one packet with that timestamp, on an interface with those options. */
function timed(order: ByteOrder, ticks: bigint, ...options: readonly Uint8Array[]): Uint8Array {
  return bytesOf(section(order), interfaceBlock(order, { options }), packetBlock(order, [], { ticks }));
}

function timeOf(file: Uint8Array): readonly [number | undefined, number | undefined] {
  const frame = readBytes(file).frames[0];
  return [frame?.seconds, frame?.nanoseconds];
}

describe.each(orders)('pcapng, %s-endian', (order) => {
  it('reads packets of several interfaces, padding left out', () => {
    const file = bytesOf(
      section(order),
      interfaceBlock(order, { linkType: 1, options: [option(order, 2, [...Buffer.from('eth0')])] }),
      interfaceBlock(order, { linkType: 113, snapLength: 0 }),
      packetBlock(order, [1, 2, 3], { from: 1, ticks: 1_700_000_000_123_456n, wire: 1500 }),
      packetBlock(order, [4, 5, 6, 7], { from: 0 }),
    );
    const { frames, reader } = readBytes(file);
    expect(frames).toEqual([
      { data: [1, 2, 3], wireBytes: 1500, seconds: 1_700_000_000, nanoseconds: 123_456_000, linkType: 113 },
      { data: [4, 5, 6, 7], wireBytes: 4, seconds: 1_700_000_000, nanoseconds: 0, linkType: 1 },
    ]);
    expect(reader).toMatchObject({ format: 'pcapng', frames: 2, bytesRead: file.length, partial: null });
    expect(reader.details).toEqual({
      snapLength: 0,
      linkTypes: [1, 113],
      interfaceNames: ['eth0'],
      droppedByKernel: null,
    });
  });

  it.each([
    ['nanoseconds', 9, 1_700_000_000_123_456_789n, 1_700_000_000, 123_456_789],
    ['microseconds', 6, 4_294_967_295_999_999n, 4_294_967_295, 999_999_000],
    ['milliseconds', 3, 1_700_000_000_123n, 1_700_000_000, 123_000_000],
    ['seconds', 0, 1_700_000_000n, 1_700_000_000, 0],
    ['picoseconds', 12, 17_000_000_123_456_789_999n, 17_000_000, 123_456_789],
    ['halves', 0x81, 3n, 1, 500_000_000],
    ['2^-32 s', 0xa0, (5n << 32n) | 0x8000_0001n, 5, 500_000_000],
    ['2^-127 s', 0xff, 0xffff_ffff_ffff_ffffn, 0, 0],
    ['10^-127 s', 0x7f, 0xffff_ffff_ffff_ffffn, 0, 0],
    ['nanoseconds without a second', 9, 999_999_999n, 0, 999_999_999],
    ['the largest of nanoseconds', 9, 0xffff_ffff_ffff_ffffn, 4_294_967_295, 709_551_615],
    ['the largest of microseconds', 6, 0xffff_ffff_ffff_ffffn, 4_294_967_295, 551_615_000],
  ])('counts in %s', (_, resolution, ticks, seconds, nanoseconds) => {
    expect(timeOf(timed(order, ticks, option(order, 9, [resolution])))).toEqual([seconds, nanoseconds]);
  });

  it('adds the offset of the interface, never below 1970', () => {
    const offset = (high: number, low: number) => option(order, 14, signed(order, high, low));
    expect(timeOf(timed(order, 5_000_001n, offset(0, 100)))).toEqual([105, 1000]);
    expect(timeOf(timed(order, 5_000_001n, offset(0xffff_ffff, 0xffff_fffe)))).toEqual([3, 1000]);
    expect(timeOf(timed(order, 5_000_001n, offset(0x8000_0000, 0)))).toEqual([0, 1000]);
  });

  it('reads simple and obsolete packet blocks', () => {
    const file = bytesOf(
      section(order),
      interfaceBlock(order, { snapLength: 2 }),
      interfaceBlock(order, { linkType: 101 }),
      block(order, 2, bytesOf(u16(order, 1, 3), u32(order, 0, 7_000_009, 3, 90), [1, 2, 3])),
      block(order, 3, bytesOf(u32(order, 5), [4, 5])),
      block(order, 3, bytesOf(u32(order, 1), [6])),
    );
    const { frames, reader } = readBytes(file);
    expect(reader.partial).toBeNull();
    expect(frames).toEqual([
      { data: [1, 2, 3], wireBytes: 90, seconds: 7, nanoseconds: 9000, linkType: 101 },
      { data: [4, 5], wireBytes: 5, seconds: 7, nanoseconds: 9000, linkType: 1 },
      { data: [6], wireBytes: 1, seconds: 7, nanoseconds: 9000, linkType: 1 },
    ]);
  });

  it('adds up what the interfaces of each section dropped, the latest count of each', () => {
    const statistics = (from: number, dropped: number, bySystem: number) =>
      block(
        order,
        5,
        bytesOf(
          u32(order, from, 0, 0),
          option(order, 4, signed(order, 0, 999)),
          option(order, 5, signed(order, 0, dropped)),
          option(order, 7, signed(order, 0, bySystem)),
          u32(order, 0),
        ),
      );
    const interfaces = [interfaceBlock(order), interfaceBlock(order)];
    const file = bytesOf(
      ...[section(order), ...interfaces, statistics(0, 3, 0), statistics(1, 10, 1), statistics(0, 5, 2)],
      ...[section(order), ...interfaces, statistics(0, 100, 0)],
    );
    expect(readBytes(file).reader.details.droppedByKernel).toBe(118);
  });

  it('passes over blocks it does not know', () => {
    const file = bytesOf(
      section(order, option(order, 4, [...Buffer.from('a program')])),
      block(order, 0x0bad, new Uint8Array(3)),
      interfaceBlock(order),
      block(order, 4, new Uint8Array(40)),
      packetBlock(order, [1]),
    );
    const { frames, reader } = readBytes(file);
    expect(frames.map((frame) => frame.data)).toEqual([[1]]);
    expect(reader.partial).toBeNull();
  });

  it.each([
    [
      'a length that is no multiple of four',
      u32(order, 0x0bad, 13, 0, 0),
      'block length 13, not a multiple of four',
    ],
    ['a length of less than a block', u32(order, 0x0bad, 8, 8), 'block length 8, less than 12'],
    ['a length of less than a packet', u32(order, 6, 28, 0, 0, 0, 0, 28), 'block length 28, less than 32'],
    ['lengths that disagree', u32(order, 0x0bad, 16, 0, 20), 'block length 16 at its start, 20 at its end'],
    [
      'lengths of a packet that disagree',
      u32(order, 6, 32, 0, 0, 0, 0, 0, 36),
      'block length 32 at its start, 36 at its end',
    ],
    [
      'a captured length beyond the block',
      u32(order, 6, 36, 0, 0, 0, 5, 5, 0, 36),
      'captured length 5 in a block of 36 bytes',
    ],
    [
      'an interface never described',
      packetBlock(order, [], { from: 1 }),
      'packet of interface 1, which is not described before it',
    ],
    [
      'an interface of the section before',
      bytesOf(section(order), packetBlock(order, [])),
      'packet of interface 0, which is not described before it',
      28,
    ],
    [
      'a simple packet without an interface',
      bytesOf(section(order), block(order, 3, u32(order, 0))),
      'packet of interface 0, which is not described before it',
      28,
    ],
    ['a packet of 4 GB', u32(order, 6, 0xffff_fffc, 0), 'packet block of 4,294,967,292 bytes'],
    [
      'a section of unknown byte order',
      u32('big', 0x0a0d0d0a, 28, 0x12345678, 0, 0, 0, 28),
      'byte-order magic 0x12345678 of a section',
    ],
    [
      'a section of another version',
      bytesOf(u32(order, 0x0a0d0d0a, 28, 0x1a2b3c4d), u16(order, 2, 0), u32(order, 0, 0, 28)),
      'section of pcapng version 2.0',
    ],
  ])('says where there is %s', (_, bad, because, further = 0) => {
    const good = bytesOf(section(order), interfaceBlock(order), packetBlock(order, [1, 2]));
    const { frames, reader } = readBytes(bytesOf(good, bad, packetBlock(order, [3])));
    expect(frames.map((frame) => frame.data)).toEqual([[1, 2]]);
    expect(reader.partial).toEqual({ because, atByte: good.length + further, record: 2 });
  });
});

describe('pcapng of odd shapes', () => {
  it('changes byte order with each section', () => {
    const half = (order: ByteOrder, data: number) => [
      section(order),
      interfaceBlock(order, { linkType: data }),
      packetBlock(order, [data]),
    ];
    const file = bytesOf(...half('little', 1), ...half('big', 2), ...half('little', 3));
    expect(readBytes(file).frames).toMatchObject([
      { data: [1], linkType: 1 },
      { data: [2], linkType: 2 },
      { data: [3], linkType: 3 },
    ]);
  });

  it('spends no memory on a block that claims 4 GB, and says where the file ends inside it', () => {
    const start = bytesOf(section('little'), interfaceBlock('little'), packetBlock('little', [1]));
    const file = bytesOf(start, u32('little', 0x0bad, 0xffff_fffc), new Uint8Array(3_000_000));
    const { reader } = readBytes(file, [100_000]);
    expect(reader.partial).toEqual({
      because: 'the file ends inside record 2',
      atByte: start.length,
      record: 2,
    });
    expect(reader.bytesRead).toBe(file.length);
    expect(reader.space().length).toBe(1024 * 1024);
  });

  it('goes on behind a skipped block that is larger than its memory', () => {
    const file = bytesOf(
      section('big'),
      interfaceBlock('big'),
      block('big', 0x0bad, new Uint8Array(2_500_000)),
      packetBlock('big', [1]),
    );
    const { frames, reader } = readBytes(file, [1_000_003]);
    expect(frames.map((frame) => frame.data)).toEqual([[1]]);
    expect(reader.partial).toBeNull();
  });

  it('calls a file unreadable that does not get beyond its section header', () => {
    const broken = section('little');
    broken[8] = 0;
    expect(readBytes(broken).reader).toMatchObject({
      unreadable: 'its first section header is damaged: byte-order magic 0x003c2b1a of a section',
      partial: null,
    });
  });

  it('bounds the interfaces of a section', () => {
    const one = interfaceBlock('little');
    const file = new Uint8Array(28 + 65_537 * one.length);
    file.set(section('little'));
    for (let at = 28; at < file.length; at += one.length) file.set(one, at);
    expect(readBytes(file).reader.partial).toEqual({
      because: 'more than 65,536 interfaces in a section',
      atByte: 28 + 65_536 * one.length,
      record: 1,
    });
  });
});

function signed(order: ByteOrder, high: number, low: number): Uint8Array {
  return order === 'big' ? u32(order, high, low) : u32(order, low, high);
}
