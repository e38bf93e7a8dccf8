import { describe, expect, it } from 'vitest';
import { acceptsAtOnce, neverAccepts } from '../../src/lab/scenarios/queues/accept-line.ts';
import {
  type SimulatedClients,
  type SimulatedListener,
  simulateListener,
} from '../../src/lab/scenarios/queues/simulate-listener.ts';

const listener: SimulatedListener = {
  limit: 8,
  syncookies: 1,
  maxSynBacklog: 2048,
  abortOnOverflow: false,
  kernelRelease: '6.18.44',
  accepting: neverAccepts,
};

const clients: SimulatedClients = {
  startsMs: [],
  rttMs: 0,
  syns: { atMs: [0, 1000, 3000], endMs: 7000 },
  synAcks: { atMs: [0, 1000, 3000, 7000, 15_000, 31_000], endMs: 63_000 },
  dataMs: [],
};

function together(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n / 10);
}

function fates(run: ReturnType<typeof simulateListener>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { fate } of run.clients) counts[fate] = (counts[fate] ?? 0) + 1;
  return counts;
}

describe('a listener’s two queues, segment by segment', () => {
  it('one after the other: limit + 1 wait, each SYN of the others is an overflow', () => {
    const run = simulateListener(listener, { ...clients, startsMs: together(12) }, 2000);
    expect(fates(run)).toEqual({ in: 9, dropped: 3 });
    expect(run.counts).toMatchObject({ listenOverflows: 6, listenDrops: 6, socketDrops: 6 });
    expect(run.acceptQueuePeak).toBe(9);
  });

  it('the kernel’s SYNs end with ETIMEDOUT', () => {
    const run = simulateListener(listener, { ...clients, startsMs: together(10) }, 8000);
    expect(fates(run)).toEqual({ in: 9, 'gave-up': 1 });
    expect(run.clients[9]?.endedAtMs).toBeCloseTo(7000.9);
    expect(run.counts.listenOverflows).toBe(3);
  });

  it('eight wait, five come within a round trip: one gets in, four are stuck; six overflows and twelve drops for each', () => {
    const late = { ...clients, rttMs: 40, startsMs: together(5) };
    const run = simulateListener({ ...listener, waiting: 8 }, late, 64_000);
    expect(fates(run)).toEqual({ in: 1, stuck: 4 });
    expect(run.counts).toMatchObject({ listenOverflows: 24, listenDrops: 24, socketDrops: 48 });
  });

  it('with tcp_abort_on_overflow=1 the four are reset, two round trips after the SYN', () => {
    const run = simulateListener(
      { ...listener, waiting: 8, abortOnOverflow: true },
      { ...clients, rttMs: 40, startsMs: together(5) },
      5000,
    );
    expect(fates(run)).toEqual({ in: 1, reset: 4 });
    expect(run.counts).toMatchObject({ listenOverflows: 4, socketDrops: 8, embryonicResets: 4 });
    expect(run.clients[4]?.endedAtMs).toBeCloseTo(80.4);
  });

  it('stuck clients join at their next SYN-ACK when the server accepts again after 4 s', () => {
    const run = simulateListener(
      { ...listener, waiting: 8, accepting: { fromMs: 4000 } },
      { ...clients, rttMs: 40, startsMs: together(5) },
      8000,
    );
    expect(fates(run)).toEqual({ in: 5 });
    expect(run.counts.listenOverflows).toBe(12); // Their ACKs, and those of the SYN-ACKs at 1 and 3 s.
  });

  it('cookies: who comes when both queues are short of room is forgotten, and abort_on_overflow does nothing', () => {
    const late = { ...clients, rttMs: 40, startsMs: together(12) };
    for (const abortOnOverflow of [false, true]) {
      const run = simulateListener({ ...listener, abortOnOverflow }, late, 5000);
      expect(fates(run)).toEqual({ in: 9, forgotten: 3 });
      expect(run.counts).toMatchObject({
        cookiesSent: 3,
        cookiesReturned: 3,
        listenOverflows: 3,
        socketDrops: 3,
      });
      expect(run.synQueuePeak).toBe(9);
    }
  });

  it('a forgotten client gets in with its next data once there is room', () => {
    const late = { ...clients, rttMs: 40, startsMs: together(12), dataMs: [0, 250, 500, 1000, 2000, 4000] };
    const run = simulateListener({ ...listener, accepting: { fromMs: 1500 } }, late, 5000);
    expect(fates(run)).toEqual({ in: 12 });
    expect(run.counts.listenOverflows).toBe(3 * 5);
    expect(run.counts.accepted).toBe(12);
  });

  it('no cookies: the SYN queue drops, and three quarters of tcp_max_syn_backlog bind', () => {
    const late = { ...clients, rttMs: 400, startsMs: together(20) };
    const byListener = simulateListener({ ...listener, syncookies: 0, accepting: acceptsAtOnce }, late, 900);
    expect(byListener.counts).toMatchObject({ queueFullDrops: 11, listenDrops: 11, listenOverflows: 0 });
    const bySysctl = simulateListener(
      { ...listener, limit: 64, maxSynBacklog: 16, syncookies: 0, accepting: acceptsAtOnce },
      late,
      900,
    );
    expect(bySysctl.synQueuePeak).toBe(13);
    expect(bySysctl.counts).toMatchObject({ queueFullDrops: 0, listenDrops: 7 });
  });

  it('always cookies: no request is ever kept', () => {
    const run = simulateListener({ ...listener, syncookies: 2 }, { ...clients, startsMs: together(10) }, 500);
    expect(run.synQueuePeak).toBe(0);
    expect(run.counts).toMatchObject({ queueFullCookies: 10, cookiesSent: 9, listenOverflows: 1 });
  });

  it('a server that accepts 10 a second takes 10 a second, and nobody in a pause', () => {
    const stream = Array.from({ length: 100 }, (_, n) => n * 20);
    const slow = { ...listener, limit: 1000, accepting: { fromMs: 0, perSecond: 10 } };
    expect(simulateListener(slow, { ...clients, startsMs: stream }, 1990).counts.accepted).toBe(20);
    const pauses = { firstMs: 500, lastMs: 250, everyMs: 1000 };
    const run = simulateListener(
      { ...listener, accepting: { fromMs: 0, pauses } },
      { ...clients, startsMs: stream },
      1990,
    );
    // Four in each pause; those of the first try again after a second, which is the second.
    expect(run.counts.listenOverflows).toBe(4 + 4 + 4);
    expect(run.acceptQueuePeak).toBe(9);
  });
});
