import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combineRows } from '../../src/history/series/combine-rows.ts';
import { decodeBlock, encodeBlock } from '../../src/history/series/series-block.ts';
import { listenerChannels, notMeasured } from '../../src/tcp/recording/channel.ts';

const columnsOf = (rows: number) =>
  fc.array(
    fc
      .array(fc.integer({ min: -1, max: 0x7fff_ffff }), { minLength: rows, maxLength: rows })
      .map((values) => Int32Array.from(values)),
    { minLength: 1, maxLength: 12 },
  );

describe('blocks of series', () => {
  it('come back as they went in', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }).chain(columnsOf), (columns) => {
        expect(decodeBlock(encodeBlock(columns))).toEqual(columns);
      }),
    );
  });

  it('damaged, are no blocks or others, and never more than they may be', () => {
    const block = encodeBlock(listenerChannels.map(() => Int32Array.from({ length: 60 }, (_, i) => i * i)));
    fc.assert(
      fc.property(fc.nat(block.length - 1), fc.nat(255), fc.nat(block.length), (at, value, length) => {
        const damaged = Uint8Array.from(block);
        damaged[at] = value;
        for (const one of [damaged, damaged.subarray(0, length)]) {
          const decoded = decodeBlock(one);
          if (decoded !== undefined)
            expect(decoded.length * (decoded[0]?.length ?? 0)).toBeLessThan(1_000_001);
        }
      }),
    );
    expect(decodeBlock(new Uint8Array())).toBeUndefined();
  });

  it('of a quiet listener take 30 bytes a minute at most', () => {
    const quiet = listenerChannels.map(({ name }) => new Int32Array(60).fill(name === 'limit' ? 4096 : 0));
    expect(encodeBlock(quiet).length).toBeLessThanOrEqual(30);
  });
});

describe('fewer rows', () => {
  it('keep the worst, the mean, the sum or the end, of what was measured', () => {
    const channels = (['max', 'mean', 'sum', 'last'] as const).map((combine) => ({
      name: combine,
      unit: '',
      combine,
    }));
    const column = Int32Array.from([1, notMeasured, 6, 2, notMeasured, notMeasured, 7]);
    const combined = combineRows([column, column, column, column], channels, 3);
    expect(combined.map((one) => [...one])).toEqual([
      [6, 2, 7],
      [4, 2, 7],
      [7, 2, 7],
      [6, 2, 7],
    ]);
  });

  it('stay where nothing was measured, and do not overflow', () => {
    const channels = [{ name: 'sum', unit: '', combine: 'sum' as const }];
    const most = Int32Array.from([notMeasured, notMeasured, 0x7fff_ffff, 0x7fff_ffff]);
    expect([...(combineRows([most], channels, 2)[0] ?? [])]).toEqual([notMeasured, 0x7fff_ffff]);
  });
});
