import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  block,
  bytesOf,
  interfaceBlock,
  option,
  packetBlock,
  pcapHeader,
  pcapRecord,
  section,
  u16,
  u32,
} from './capture-bytes.ts';
import { readBytes } from './read-bytes.ts';

/** A whole file as its parts, so that it is known where each begins; `packets` counts those a part holds. */
interface Part {
  readonly bytes: Uint8Array;
  readonly packets: 0 | 1;
}

const packet = (bytes: Uint8Array): Part => ({ bytes, packets: 1 });
const other = (bytes: Uint8Array): Part => ({ bytes, packets: 0 });

const files: readonly { readonly name: string; readonly parts: readonly Part[] }[] = [
  {
    name: 'pcap',
    parts: [
      other(pcapHeader('little')),
      packet(pcapRecord('little', [1, 2, 3])),
      packet(pcapRecord('little', [])),
      packet(pcapRecord('little', [4, 5, 6, 7, 8], { wire: 1500 })),
    ],
  },
  {
    name: 'pcapng',
    parts: [
      other(section('big', option('big', 4, [1, 2, 3]))),
      other(interfaceBlock('big', { options: [option('big', 9, [9])] })),
      packet(packetBlock('big', [1, 2, 3])),
      other(block('big', 0x0bad, new Uint8Array(21))),
      packet(block('big', 3, bytesOf(u32('big', 2), [4, 5]))),
      packet(block('big', 2, bytesOf(u16('big', 0, 0), u32('big', 0, 0, 1, 1), [6]))),
      other(section('little')),
      other(interfaceBlock('little')),
      other(block('little', 5, u32('little', 0, 0, 0))),
      packet(packetBlock('little', [])),
    ],
  },
];

describe.each(files)('$name', ({ parts }) => {
  const file = bytesOf(...parts.map((part) => part.bytes));
  const whole = readBytes(file);
  const headerBytes = parts[0]?.bytes.length ?? 0;

  it('is read to its end', () => {
    expect(whole.frames.length).toBe(parts.filter((part) => part.packets === 1).length);
    expect(whole.reader).toMatchObject({ partial: null, unreadable: null });
  });

  it('cut at any byte gives all packets before it, and says where it is cut', () => {
    for (let length = 0; length < file.length; length += 1) {
      const { frames, reader } = readBytes(file.subarray(0, length));
      const expected = upTo(parts, length);
      expect(frames, `${length} bytes`).toEqual(whole.frames.slice(0, expected.packets));
      if (length < headerBytes) {
        expect(reader.partial).toBeNull();
        expect(reader.unreadable).toBe(
          length === 0
            ? 'it is empty'
            : `it ends inside its file header, after ${length} byte${length === 1 ? '' : 's'}`,
        );
        continue;
      }
      expect(reader.unreadable).toBeNull();
      const record = expected.packets + 1;
      expect(reader.partial, `${length} bytes`).toEqual(
        expected.atByte === length
          ? null
          : { because: `the file ends inside record ${record}`, atByte: expected.atByte, record },
      );
    }
  });

  it('is the same in pieces of any size', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(sizes, fc.nat(file.length), (pieces, length) => {
        const cut = file.subarray(0, length);
        expect(outcomeOf(readBytes(cut, pieces, 64))).toEqual(outcomeOf(readBytes(cut, [512], 512)));
      }),
      { seed: 20_241, numRuns: 300 },
    );
  });

  it('is the same byte by byte', () => {
    expect(outcomeOf(readBytes(file, [1], 64))).toEqual(outcomeOf(whole));
  });

  it('with bytes changed never throws, never runs over its memory, and is the same in pieces of any size', () => {
    const change = fc.record({
      at: fc.nat(file.length - 1),
      value: fc.constantFrom(0, 1, 4, 0x7f, 0x80, 0xff),
    });
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 40 }),
        (changes, size) => {
          const changed = file.slice();
          for (const { at, value } of changes) changed[at] = value;
          const atOnce = readBytes(changed, [512], 512);
          expect(outcomeOf(readBytes(changed, [size], 64))).toEqual(outcomeOf(atOnce));
          expect(atOnce.reader.space().length).toBeLessThanOrEqual(16 * 1024 * 1024);
          const { partial } = atOnce.reader;
          if (partial !== null) expect(partial.record).toBe(atOnce.frames.length + 1);
        },
      ),
      { seed: 20_242, numRuns: 1500 },
    );
  });

  it('survives garbage behind its header', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 300 }), (garbage, size) => {
        const garbled = bytesOf(file.subarray(0, headerBytes), garbage);
        expect(outcomeOf(readBytes(garbled, [size], 64))).toEqual(outcomeOf(readBytes(garbled, [512], 512)));
      }),
      { seed: 20_243, numRuns: 500 },
    );
  });
});

/** How many packets are whole in the first `length` bytes, and where the part begins in which they end. */
function upTo(parts: readonly Part[], length: number): { readonly packets: number; readonly atByte: number } {
  let packets = 0;
  let atByte = 0;
  for (const part of parts) {
    if (atByte + part.bytes.length > length) break;
    atByte += part.bytes.length;
    packets += part.packets;
  }
  return { packets, atByte };
}

/** But for the bytes taken: a piece in which reading stops may be longer. */
function outcomeOf({ frames, reader }: ReturnType<typeof readBytes>): unknown {
  const { format, partial, unreadable, details } = reader;
  return { frames, format, partial, unreadable, details };
}
