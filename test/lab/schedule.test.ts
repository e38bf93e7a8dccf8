import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Due, DueQueue } from '../../src/lab/programs/due-queue.ts';
import { Pace } from '../../src/lab/programs/pace.ts';

describe('a pace', () => {
  test('the first is due at once, the n-th after n-1 intervals', () => {
    const pace = new Pace(100, 1000);
    expect(pace.due(1000)).toBe(1);
    pace.take(1);
    expect([pace.due(1009.9), pace.due(1010), pace.waitMs(1004)]).toEqual([0, 1, 6]);
    pace.take(1);
    expect(pace.due(1055)).toBe(4);
  });

  test('what was due more than 100 ms ago is lost: no burst follows a pause', () => {
    const pace = new Pace(1000, 0);
    expect(pace.due(0)).toBe(1);
    pace.take(1);
    expect(pace.due(5000)).toBe(100);
    pace.take(100);
    expect(pace.due(5000)).toBe(0);
    expect(pace.due(5010)).toBe(10);
  });

  test('slower than ten a second: one is not lost over a pause', () => {
    const pace = new Pace(1, 0);
    pace.take(1);
    expect(pace.due(999)).toBe(0);
    expect(pace.due(1500)).toBe(1);
  });

  test('without a rate everything is due', () => {
    expect(new Pace(undefined, 0).due(0)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a queue of those who wait', () => {
  const item = (): Due => ({ dueAtMs: Number.POSITIVE_INFINITY });

  test('gives them in the order of their times, each once, by what they wanted last', () => {
    const changes = fc.array(
      fc.tuple(fc.nat(19), fc.oneof(fc.nat(1000), fc.constant(Number.POSITIVE_INFINITY))),
    );
    fc.assert(
      fc.property(changes, (wanted) => {
        const items = Array.from({ length: 20 }, item);
        const last = new Map<number, number>();
        const queue = new DueQueue<Due>();
        for (const [n, atMs] of wanted) {
          const one = items[n];
          if (one) queue.set(one, atMs);
          last.set(n, atMs);
        }
        const times = [...last.values()].filter(Number.isFinite).sort((a, b) => a - b);
        expect(queue.nextMs()).toBe(times[0] ?? Number.POSITIVE_INFINITY);
        const due = queue.takeDue(500, 1000);
        const expected = [...last].filter(([, atMs]) => atMs <= 500);
        expect(due.map((one) => last.get(items.indexOf(one)))).toEqual(times.filter((atMs) => atMs <= 500));
        expect(new Set(due).size).toBe(expected.length);
        expect(queue.takeDue(500, 1000)).toEqual([]);
        expect(queue.takeDue(1000, 1000)).toHaveLength(times.length - due.length);
        expect(queue.nextMs()).toBe(Number.POSITIVE_INFINITY);
      }),
    );
  });

  test('takes no more than asked for', () => {
    const queue = new DueQueue<Due>();
    for (let n = 0; n < 10; n++) queue.set(item(), n);
    expect(queue.takeDue(100, 4)).toHaveLength(4);
    expect(queue.nextMs()).toBe(4);
  });
});
