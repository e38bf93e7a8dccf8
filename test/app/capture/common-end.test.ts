import { describe, expect, it } from 'vitest';
import { CommonEnd } from '../../../src/app/capture/analyze/common-end.ts';

const MIB = 1024 ** 2;
const SLICE = 4 * MIB;

/** Where a part stops that has read `fromBytes` and goes on in slices. */
function stopsAt(end: CommonEnd, fromBytes: number): number {
  let done = fromBytes;
  while (!end.reached(done) && done < 2 ** 40) done += SLICE;
  return done;
}

describe('CommonEnd', () => {
  const ends = (parts: number): readonly CommonEnd[] => {
    const memory = CommonEnd.memoryFor(parts);
    return Array.from({ length: parts }, (_, part) => new CommonEnd(memory, part));
  };

  it('lets parts that are at different places stop at the same, which is behind all of them', () => {
    const parts = ends(3);
    const done = [40 * MIB, 8 * MIB, 24 * MIB];
    for (const [i, end] of parts.entries()) expect(end.reached(done[i] ?? 0)).toBe(false);
    parts[0]?.stopSoon();
    // One of them had begun another slice, and has not heard of it yet.
    const stopped = parts.map((end, i) => stopsAt(end, (done[i] ?? 0) + (i === 0 ? SLICE : 0)));
    expect(new Set(stopped).size).toBe(1);
    expect(stopped[0]).toBeGreaterThan(40 * MIB);
    expect(stopped[0]).toBeLessThan(80 * MIB);
  });

  it('never stops anybody unasked, however large the file', () => {
    for (const end of ends(4)) expect(end.reached(2 ** 50)).toBe(false);
  });

  it('stops those that have not begun as well', () => {
    const [first, second] = ends(2);
    first?.stopSoon();
    expect(stopsAt(second ?? fail(), 0)).toBe(16 * MIB);
  });
});

function fail(): never {
  throw new Error('no such part');
}
