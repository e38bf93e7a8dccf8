import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { synAckModel } from '../../../src/tcp/model/synack.ts';
import {
  deferAcceptReadBackS,
  deferAcceptTimeouts,
  requestsAfterPruning,
  synAckTimeline,
} from '../../../src/tcp/model/synack-timeline.ts';
import type { SettingValues } from '../../../src/tcp/setting.ts';
import { expectAllMeasured, expectMeasured, momentOf } from './measured.ts';

const predict = (values: SettingValues) => synAckModel.predict(values, { major: 6, minor: 18 });
const synAcksOf = (values: SettingValues) => predict(values).events.filter(({ what }) => what === 'SYN-ACK');

describe('a request whose ACK gets lost, Linux 6.18', () => {
  it.each([
    [{ tcp_synack_retries: 0 }, '0', '1.07'],
    [{ tcp_synack_retries: 1 }, '0 1.03', '3.09'],
    [{ tcp_synack_retries: 3 }, '0 1.00 3.02 7.27', '15.53'],
    [{ tcp_synack_retries: 5 }, '0 1.01 3.03 7.29 15.48 31.61', '64.69'],
    [{ tcp_synack_retries: 5, TCP_SYNCNT: 2 }, '0 1.01 3.02', '7.09'],
  ] as const)('%j: SYN-ACKs at %s s, gone after %s s', (values, synAcks, end) => {
    expectAllMeasured(synAcks, synAcksOf(values));
    // The end was seen by listing sockets.
    expectMeasured(end, momentOf(predict(values).outcome), { lookedEveryMs: 50 });
    expect(predict(values).outcome).toMatchObject({ errno: null, state: 'CLOSE' });
  });

  it('the accept queue is full: the same, every ACK is dropped', () => {
    const values = { peer: 'acknowledges', acceptQueue: 'full', rttMs: 40 };
    expectAllMeasured('0 1 3 7 15 31', synAcksOf(values));
    expectMeasured('64.5', momentOf(predict(values).outcome));
    expectMeasured('7.2', momentOf(predict({ ...values, tcp_synack_retries: 2 }).outcome));
  });

  it('... and with tcp_abort_on_overflow a RST', () => {
    const values = { peer: 'acknowledges', acceptQueue: 'full', rttMs: 40, tcp_abort_on_overflow: 1 };
    expect(predict(values).outcome).toMatchObject({ atMs: 40, errno: 'ECONNRESET' });
  });
});

describe('answers', () => {
  it.each([
    ['reset', 25],
    ['icmp-host-unreachable', 25],
    ['icmp-net-unreachable', 25],
    ['icmp-port-unreachable', 63_000],
    ['icmp-host-prohibited', 63_000],
    ['silent', 63_000],
  ])('%s: gone after %i ms', (peer, atMs) => {
    expect(predict({ peer, rttMs: 25 }).outcome.atMs).toBe(atMs);
  });

  it('an ACK makes the connection', () => {
    expect(predict({ peer: 'acknowledges', rttMs: 25 }).outcome).toMatchObject({
      atMs: 25,
      state: 'ESTABLISHED',
    });
  });
});

describe('TCP_DEFER_ACCEPT', () => {
  // setsockopt(5) reads back as 7; one SYN-ACK at 7.11 s, then the connection is in the accept queue.
  it('5 s last 7 s', () => {
    expect(deferAcceptReadBackS(5)).toBe(7);
    const { outcome, events } = predict({ TCP_DEFER_ACCEPT: 5, peer: 'acknowledges' });
    expectMeasured('7.11', momentOf(outcome));
    expect(outcome.state).toBe('ESTABLISHED');
    expect(events.map(({ what }) => what)).toEqual(['SYN-ACK', 'ACK', 'SYN-ACK', 'ACK']);
  });

  it.each([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [7, 3],
    [8, 4],
  ])('%i s are %i timeouts', (seconds, timeouts) => {
    expect(deferAcceptTimeouts(seconds)).toBe(timeouts);
  });

  it('an ACK that comes after the deferring makes the connection at once', () => {
    const { outcome } = predict({ TCP_DEFER_ACCEPT: 1, peer: 'acknowledges', rttMs: 1500 });
    expect(outcome).toMatchObject({ atMs: 1500, state: 'ESTABLISHED' });
  });

  it('does nothing to a request whose ACK never came', () => {
    expect(predict({ TCP_DEFER_ACCEPT: 5 }).outcome.atMs).toBe(63_000);
  });
});

describe('pruning of old requests at the third timeout', () => {
  // backlog, requests that came at once, left after 7.4 s; with cookies and without.
  it.each([
    [8, 8, 4],
    [16, 12, 8],
    [64, 40, 32],
    [64, 65, 32],
    [64, 32, 32],
    [256, 97, 97],
  ])('backlog %i, %i requests: %i are left', (limit, requests, left) => {
    expect(requestsAfterPruning(requests, limit, 5)).toBe(left);
  });

  it('is predicted as another end', () => {
    const { outcome, alternatives } = predict({ backlog: 8, pendingRequests: 8 });
    expectMeasured('65.7', momentOf(outcome));
    const [pruned] = alternatives ?? [];
    expectMeasured('7.35', pruned && momentOf(pruned), { lookedEveryMs: 50 });
  });

  it('a small number of retries leaves nothing to prune', () => {
    expect(predict({ backlog: 8, pendingRequests: 8, tcp_synack_retries: 2 }).alternatives).toBeUndefined();
  });

  it('somaxconn cuts the backlog here too', () => {
    expect(predict({ backlog: 1000, somaxconn: 8, pendingRequests: 8 }).alternatives).toHaveLength(1);
  });
});

describe('properties', () => {
  const inputs = fc.record({
    synAckRetries: fc.integer({ min: 0, max: 255 }),
    rtoMaxMs: fc.integer({ min: 1000, max: 120_000 }),
    deferAcceptS: fc.integer({ min: 0, max: 32_767 }),
    acknowledgedAtMs: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat(100_000)),
  });

  it('times rise and late is never early', () => {
    fc.assert(
      fc.property(inputs, (given) => {
        const { synAcks, end, handedOver } = synAckTimeline(given);
        const all = handedOver ? synAcks : [...synAcks, end];
        expect(end.atMs).toBeGreaterThanOrEqual(synAcks.at(-1)?.atMs ?? 0);
        for (const [i, moment] of all.entries()) {
          expect(moment.latestMs).toBeGreaterThanOrEqual(moment.atMs);
          expect(moment.atMs).toBeGreaterThan(all[i - 1]?.atMs ?? -1);
        }
      }),
    );
  });

  it('one retry more lasts longer and sends one SYN-ACK more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 254 }), (synAckRetries) => {
        const less = synAckTimeline({ synAckRetries });
        const more = synAckTimeline({ synAckRetries: synAckRetries + 1 });
        expect(more.end.atMs).toBeGreaterThan(less.end.atMs);
        expect(more.synAcks).toHaveLength(less.synAcks.length + 1);
      }),
    );
  });

  it('pruning never leaves more than came, nor less than four', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(100_000), fc.nat(255), (requests, limit, retries) => {
        const left = requestsAfterPruning(requests, limit, retries);
        expect(left).toBeLessThanOrEqual(requests);
        expect(left).toBeGreaterThanOrEqual(Math.min(requests, 4));
      }),
    );
  });
});
