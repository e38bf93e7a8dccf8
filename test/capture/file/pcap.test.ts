import { describe, expect, it } from 'vitest';
import { type ByteOrder, bytesOf, pcapHeader, pcapRecord, u16, u32 } from './capture-bytes.ts';
import { readBytes } from './read-bytes.ts';

const orders: readonly ByteOrder[] = ['little', 'big'];

describe.each(orders)('pcap, %s-endian', (order) => {
  it('counts in microseconds', () => {
    const file = bytesOf(
      pcapHeader(order),
      pcapRecord(order, [1, 2, 3], { seconds: 1_700_000_001, fraction: 999_999, wire: 60 }),
    );
    const { frames, reader } = readBytes(file);
    expect(frames).toEqual([
      { data: [1, 2, 3], wireBytes: 60, seconds: 1_700_000_001, nanoseconds: 999_999_000, linkType: 1 },
    ]);
    expect(reader).toMatchObject({ format: 'pcap', frames: 1, bytesRead: file.length, partial: null });
    expect(reader.details).toEqual({
      snapLength: 262144,
      linkTypes: [1],
      interfaceNames: [],
      droppedByKernel: null,
    });
  });

  it('counts in nanoseconds', () => {
    const file = bytesOf(
      pcapHeader(order, { magic: 0xa1b23c4d }),
      pcapRecord(order, [], { seconds: 7, fraction: 999_999_999 }),
    );
    expect(readBytes(file).frames[0]).toMatchObject({ seconds: 7, nanoseconds: 999_999_999 });
  });

  it('skips what the patched libpcap put behind the lengths', () => {
    const extra = bytesOf(u32(order, 3), u16(order, 8), [0, 0]);
    const record = (data: readonly number[]) =>
      bytesOf(u32(order, 5, 6, data.length, data.length), extra, data);
    const file = bytesOf(pcapHeader(order, { magic: 0xa1b2cd34 }), record([1]), record([2, 3]));
    expect(readBytes(file).frames.map((frame) => frame.data)).toEqual([[1], [2, 3]]);
  });

  it('reads the link type without the frame check sequence bits', () => {
    const file = bytesOf(pcapHeader(order, { linkType: 0x4400_0071 }), pcapRecord(order, [1]));
    expect(readBytes(file).frames[0]?.linkType).toBe(113);
  });

  it('says where a captured length is absurd, and keeps what precedes it', () => {
    const file = bytesOf(
      pcapHeader(order),
      pcapRecord(order, [1, 2]),
      pcapRecord(order, [3], { captured: 0xffff_ffff, wire: 0xffff_ffff }),
      pcapRecord(order, [4]),
    );
    const { frames, reader } = readBytes(file);
    expect(frames.map((frame) => frame.data)).toEqual([[1, 2]]);
    expect(reader.partial).toEqual({ because: 'captured length 4,294,967,295', atByte: 42, record: 2 });
    expect(reader.unreadable).toBeNull();
  });

  it('takes the lengths in the order of version 2.2', () => {
    const file = bytesOf(
      pcapHeader(order, { minor: 2 }),
      pcapRecord(order, [9, 9], { captured: 60, wire: 2 }),
    );
    expect(readBytes(file).frames).toMatchObject([{ data: [9, 9], wireBytes: 60 }]);
  });

  it('takes the lengths of version 2.3 in the order that makes sense', () => {
    const file = bytesOf(
      pcapHeader(order, { minor: 3 }),
      pcapRecord(order, [9, 9], { captured: 60, wire: 2 }),
      pcapRecord(order, [8], { captured: 1, wire: 50 }),
    );
    expect(readBytes(file).frames).toMatchObject([
      { data: [9, 9], wireBytes: 60 },
      { data: [8], wireBytes: 50 },
    ]);
  });
});

describe('pcap of odd values', () => {
  it('carries a fraction that is too large, and no further than 32 bits of seconds', () => {
    const file = bytesOf(
      pcapHeader('little'),
      pcapRecord('little', [], { seconds: 10, fraction: 2_500_001 }),
      pcapRecord('little', [], { seconds: 0xffff_ffff, fraction: 0xffff_ffff }),
    );
    expect(readBytes(file).frames).toMatchObject([
      { seconds: 12, nanoseconds: 500_001_000 },
      { seconds: 4_294_967_295, nanoseconds: 967_295_000 },
    ]);
  });

  it('holds a packet at least as long on the wire as what was captured of it', () => {
    const file = bytesOf(pcapHeader('little'), pcapRecord('little', [1, 2, 3], { wire: 2 }));
    expect(readBytes(file).frames).toMatchObject([{ data: [1, 2, 3], wireBytes: 3 }]);
  });

  it('takes a record above the snap length, up to what a packet may be', () => {
    const data = Array.from({ length: 5000 }, (_, index) => index & 255);
    const file = bytesOf(pcapHeader('little', { snapLength: 96 }), pcapRecord('little', data));
    expect(readBytes(file).frames[0]?.data).toEqual(data);
  });

  it('makes room for a record beyond its first memory, where the snap length allows it', () => {
    const size = 3_000_000;
    const file = new Uint8Array(24 + 16 + size + 16);
    file.set(pcapHeader('little', { snapLength: 4_000_000 }));
    file.set(u32('little', 1, 0, size, size), 24);
    file.fill(7, 40, 40 + size);
    file.set(pcapRecord('little', []), 40 + size);
    const { frames, reader } = readBytes(file, [65_536]);
    expect(frames.map((frame) => frame.data.length)).toEqual([size, 0]);
    expect(frames[0]?.data.every((byte) => byte === 7)).toBe(true);
    expect(reader.partial).toBeNull();
  });

  it('does not make room for what no memory should be spent on, whatever the snap length', () => {
    const file = bytesOf(
      pcapHeader('little', { snapLength: 0xffff_ffff }),
      pcapRecord('little', [], { captured: 16_777_201, wire: 16_777_201 }),
    );
    const { reader } = readBytes(file);
    expect(reader.partial?.because).toBe('captured length 16,777,201');
    expect(reader.space().length).toBe(1024 * 1024);
  });

  it('ignores what follows the place where it stopped', () => {
    const stop = pcapRecord('little', [], { captured: 0x7fff_ffff, wire: 0x7fff_ffff });
    const file = bytesOf(pcapHeader('little'), stop, new Uint8Array(100));
    const { frames, reader } = readBytes(file, [41, 1]);
    expect(frames).toEqual([]);
    expect(reader).toMatchObject({ stopped: true, bytesRead: 41 });
  });

  it('reads a file without packets', () => {
    const { reader } = readBytes(pcapHeader('big'));
    expect(reader).toMatchObject({ format: 'pcap', frames: 0, partial: null, unreadable: null });
  });
});

describe('what is no capture', () => {
  it.each([
    ['nothing', [], 'it is empty'],
    ['one byte', [0xd4], 'it ends inside its file header, after 1 byte'],
    ['a program', [0x7f, 0x45, 0x4c, 0x46, 2, 1], 'it begins with 7f 45 4c 46, neither pcap nor pcapng'],
    [
      'pcap of another version',
      [...pcapHeader('little', { major: 3, minor: 1 })],
      'it is pcap of version 3.1, not 2.4 or older',
    ],
  ])('says of %s why', (_, bytes, words) => {
    const { reader, frames } = readBytes(Uint8Array.from(bytes));
    expect(reader).toMatchObject({ format: null, unreadable: words, partial: null, stopped: true });
    expect(frames).toEqual([]);
  });

  it('leaves room for whoever goes on writing', () => {
    const { reader } = readBytes(new Uint8Array(500).fill(9), [64], 64);
    expect(reader.unreadable).toBe('it begins with 09 09 09 09, neither pcap nor pcapng');
    expect(reader.space().length).toBeGreaterThan(0);
  });
});
