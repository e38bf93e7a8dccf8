import { describe, expect, it } from 'vitest';
import { type Arrival, findPeriod } from '../../src/diagnosis/periodicity.ts';

/** xorshift32, 0 to 1. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

interface Senders {
  readonly count: number;
  readonly periodMs: number;
  readonly spanMs: number;
  /** Standard deviation of each beat. */
  readonly jitterMs: number;
  readonly phase: (random: () => number, n: number) => number;
  readonly oneAddress: boolean;
}

function heartbeats(
  seed: number,
  { count, periodMs, spanMs, jitterMs, phase, oneAddress }: Senders,
): Arrival[] {
  const random = randomNumbers(seed);
  const jitter = (): number => jitterMs * (random() + random() + random() + random() - 2) * Math.sqrt(3);
  const senders = Array.from({ length: count }, (_, n) => ({ n, phaseMs: phase(random, n) }));
  return senders.flatMap(({ n, phaseMs }) =>
    Array.from({ length: Math.ceil((spanMs - phaseMs) / periodMs) }, (_, beat) => ({
      atMs: phaseMs + beat * periodMs + jitter(),
      source: oneAddress ? '10.0.0.1' : `10.0.1.${n}`,
    })).filter(({ atMs }) => atMs >= 0 && atMs < spanMs),
  );
}

/** Arrivals per 200 ms at a redis-server with busy neighbours: one redis-benchmark that opens a connection for each request. */
const measuredLoad = [0, 10, 21, 31, 29, 28, 29, 20, 25, 20, 19, 6, 33, 64, 48, 45, 78, 70, 68, 98];

function growingStream(seed: number): Arrival[] {
  const random = randomNumbers(seed);
  return measuredLoad.flatMap((count, n) =>
    Array.from({ length: count }, () => ({ atMs: n * 200 + random() * 200, source: '10.0.0.1' })),
  );
}

const seeds = Array.from({ length: 12 }, (_, n) => 7919 * (n + 1));
const anywhere = (periodMs: number) => (random: () => number) => random() * periodMs;

function periodsOf(senders: Senders): (number | undefined)[] {
  return seeds.map((seed) => findPeriod(heartbeats(seed, senders), senders.spanMs)?.periodMs);
}

describe('findPeriod', () => {
  it.each([
    { periodMs: 1000, spanMs: 2300, jitterMs: 20 },
    { periodMs: 300, spanMs: 2300, jitterMs: 10 },
    { periodMs: 4000, spanMs: 9000, jitterMs: 100 },
  ])('an address for each of 60 senders: $periodMs ms in $spanMs ms, jitter $jitterMs ms', (it) => {
    const found = periodsOf({ ...it, count: 60, phase: anywhere(it.periodMs), oneAddress: false });
    for (const period of found)
      expect(Math.abs((period ?? 0) - it.periodMs)).toBeLessThan(0.03 * it.periodMs);
  });

  it.each([
    { periodMs: 1000, spanMs: 2300, jitterMs: 2 },
    { periodMs: 1000, spanMs: 4000, jitterMs: 5 },
    { periodMs: 2000, spanMs: 10_000, jitterMs: 5 },
  ])('one address for 60 senders: $periodMs ms in $spanMs ms, jitter $jitterMs ms', (it) => {
    const found = periodsOf({ ...it, count: 60, phase: anywhere(it.periodMs), oneAddress: true });
    const right = found.filter((period) => Math.abs((period ?? 0) - it.periodMs) < 0.05 * it.periodMs);
    expect(right.length).toBeGreaterThanOrEqual(seeds.length - 1);
  });

  it('senders in step: two bursts are enough', () => {
    const inStep = {
      count: 100,
      periodMs: 1000,
      spanMs: 1700,
      jitterMs: 8,
      oneAddress: true,
      phase: () => 400,
    };
    const found = findPeriod(heartbeats(5, inStep), 1700);
    expect(found).toMatchObject({ method: 'bursts', burstSize: 100 });
    expect(Math.abs((found?.periodMs ?? 0) - 1000)).toBeLessThan(20);
  });

  it('senders behind one address that started one after the other, and rest until the next round', () => {
    const started = { count: 60, periodMs: 1000, spanMs: 2300, jitterMs: 0.5, oneAddress: true } as const;
    const found = findPeriod(heartbeats(11, { ...started, phase: (_, n) => n * 5 }), 2300);
    expect(Math.abs((found?.periodMs ?? 0) - 1000)).toBeLessThan(30);
  });

  it('a missed beat does not hide the period', () => {
    const all = heartbeats(3, {
      count: 20,
      periodMs: 500,
      spanMs: 4000,
      jitterMs: 5,
      oneAddress: false,
      phase: anywhere(500),
    });
    const found = findPeriod(
      all.filter((_, i) => i % 7 !== 0),
      4000,
    );
    expect(Math.abs((found?.periodMs ?? 0) - 500)).toBeLessThan(15);
  });

  it('a stream that grows and stalls has none, though it correlates with itself', () => {
    const found = seeds.map((seed) => findPeriod(growingStream(seed), 4000));
    expect(found).toEqual(seeds.map(() => undefined));
  });

  it('random arrivals have none', () => {
    const found = seeds.flatMap((seed) =>
      [20, 100, 800].map((perSecond) => {
        const random = randomNumbers(seed);
        const arrivals: Arrival[] = [];
        let atMs = 0;
        while (atMs < 4000) {
          arrivals.push({ atMs, source: `10.0.0.${Math.floor(random() * 30)}` });
          atMs += (-Math.log(1 - random()) * 1000) / perSecond;
        }
        return findPeriod(arrivals, 4000);
      }),
    );
    expect(found.filter((period) => period !== undefined).length).toBeLessThanOrEqual(1);
  });

  it('evenly spaced arrivals of one address fit any multiple of their distance: none is named', () => {
    const even = { count: 60, periodMs: 1000, spanMs: 4000, jitterMs: 0.5, oneAddress: true } as const;
    expect(findPeriod(heartbeats(9, { ...even, phase: (_, n) => (n * 1000) / 60 }), 4000)).toBeUndefined();
  });

  it('too few arrivals say nothing', () => {
    expect(findPeriod([], 4000)).toBeUndefined();
    expect(
      findPeriod(
        [0, 1000, 2000].map((atMs) => ({ atMs, source: 'a' })),
        4000,
      ),
    ).toBeUndefined();
  });

  it.each([9.5, 20.7, 47])('sees no period in a steady stream of one connection every %d ms', (gapMs) => {
    // A client that polls every 4 ms and so comes a little late each time.
    const stream = Array.from({ length: Math.floor(3500 / gapMs) }, (_, n) => ({
      atMs: Math.ceil((n * gapMs) / 4) * 4,
      source: '127.0.0.1',
    }));
    expect(findPeriod(stream, 3500)).toBeUndefined();
  });
});
