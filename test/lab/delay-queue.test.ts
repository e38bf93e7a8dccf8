import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DelayQueue } from '../../src/lab/programs/delay-queue.ts';

describe('packets that wait for their moment', () => {
  test('leave by due time, and in the order of their arrival when due together', () => {
    const steps = fc.array(fc.oneof(fc.constant('take' as const), fc.integer({ min: 0, max: 5 })), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(steps, (asked) => {
        const queue = new DelayQueue(8, 4);
        const waiting: { due: number; order: number }[] = [];
        for (const [order, step] of asked.entries()) {
          expect(queue.nextDueAtMs).toBe(Math.min(...waiting.map(({ due }) => due)));
          if (step === 'take') {
            if (waiting.length === 0) continue;
            waiting.sort((a, b) => a.due - b.due || a.order - b.order);
            const expected = waiting.shift();
            const { slot, bytes, order: taken } = queue.take();
            expect(taken).toBe(expected?.order);
            expect(bytes).toBe(taken % 5);
            expect(queue.buffers[slot]?.[0]).toBe(taken % 256);
          } else {
            const slot = queue.freeSlot();
            expect(slot === -1).toBe(waiting.length === 8);
            if (slot === -1) continue;
            queue.buffers[slot]?.fill(order % 256);
            queue.add(slot, order % 5, step, order);
            waiting.push({ due: step, order });
          }
          expect(queue.waiting).toBe(waiting.length);
        }
      }),
    );
  });
});
