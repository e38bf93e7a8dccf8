import { describe, expect, test } from 'vitest';
import { randomNumbers } from '../../src/lab/random.ts';

const first = (seed: number, count: number): number[] => {
  const random = randomNumbers(seed);
  return Array.from({ length: count }, random);
};

describe('seeded numbers', () => {
  test('the same seed gives the same series, another one another', () => {
    expect(first(1, 50)).toEqual(first(1, 50));
    expect(first(2, 50)).not.toEqual(first(1, 50));
    expect(new Set([0, 1, 2, 3, 2 ** 31, 2 ** 32 - 1].map((seed) => first(seed, 1)[0])).size).toBe(6);
  });

  test('they are whole numbers of 32 bits, evenly spread, also over the first ones of neighbouring seeds', () => {
    const many = [...first(1, 4000), ...Array.from({ length: 4000 }, (_, seed) => first(seed, 1)[0] ?? -1)];
    for (const number of many) expect(Number.isInteger(number) && number > 0 && number < 2 ** 32).toBe(true);
    for (let sixteenth = 0; sixteenth < 16; sixteenth++) {
      const inside = many.filter((number) => Math.floor(number / 2 ** 28) === sixteenth).length;
      expect(Math.abs(inside - 500)).toBeLessThan(110); // Five standard deviations.
    }
  });
});
