import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelTimeoutMs } from '../../../src/tcp/model/retransmission-limit.ts';
import { retransmitModel } from '../../../src/tcp/model/retransmit.ts';
import {
  retransmissionEndsAfterMs,
  retransmitTimeline,
  rtoMsOf,
} from '../../../src/tcp/model/retransmit-timeline.ts';
import { spreadTimeline } from '../../../src/tcp/model/rto-spread.ts';
import { windowProbeTimeline } from '../../../src/tcp/model/window-probe-timeline.ts';
import type { PredictedOutcome } from '../../../src/tcp/prediction.ts';
import type { SettingValues } from '../../../src/tcp/setting.ts';
import { expectAllMeasured, expectMeasured, momentOf } from './measured.ts';

const predict = (values: SettingValues, kernel = { major: 6, minor: 18 }) =>
  retransmitModel.predict(values, kernel);
const sendsOf = (values: SettingValues) => predict(values).events.filter(({ what }) => what === 'data');

describe('data that nobody acknowledges, Linux 6.18', () => {
  it.each([
    [{ tcp_retries2: 0 }, '0 .21 .42', '0.83'],
    [{ tcp_retries2: 1 }, '0 .21 .42 .85', '1.68'],
    [{ tcp_retries2: 3 }, '0 .21 .42 .84 1.67 3.33', '6.8'],
    [{ tcp_retries2: 5 }, '0 .21 .42 .86 1.69 3.36 6.81', '13.4'],
    [{ tcp_retries2: 7 }, '0 .21 .42 .86 1.7 3.4 6.8 13.5 26.8', '54.7'],
    [{ tcp_retries2: 3, rttMs: 20 }, '0 .23 .46 .92 1.85', '3.67'],
    [{ tcp_retries2: 5, rttMs: 20 }, '0 .23 .46 .91 1.84 3.66 7.5', '14.9'],
    [{ tcp_retries2: 5, tcp_rto_max_ms: 1000 }, '0 .21 .42 .86 1.7 2.7 3.7 4.8', '5.79'],
    // 40 ms round trip, data sent at 2.1 s: the times of the table minus 2.1 s.
    [{ tcp_retries2: 15, rttMs: 40, first: 9 }, '0 .25 .51 .99 2.01 3.97 7.97 15.91 31.8 64.03', null],
  ] as const)('%j: sent at %s s, ETIMEDOUT after %s s', (values, sends, end) => {
    expectAllMeasured(sends, sendsOf(values).slice(0, sends.split(' ').length));
    const { outcome } = predict(values);
    if (end === null) return;
    expect(sendsOf(values)).toHaveLength(sends.split(' ').length);
    expectMeasured(end, momentOf(outcome));
    expect(outcome.errno).toBe('ETIMEDOUT');
  });

  it('nothing but the RTO decides between 6.5 s and 3.6 s', () => {
    expect(predict({ tcp_retries2: 3, rtoMs: 204 }).outcome.atMs).toBe(6528);
    expect(predict({ tcp_retries2: 3, rtoMs: 220 }).outcome.atMs).toBe(3520);
    const between = predict({ tcp_retries2: 3, rtoMs: 212 });
    expect(between.outcome.atMs).toBe(6784);
    const [other] = between.alternatives ?? [];
    expect(other?.atMs).toBeGreaterThan(3000);
    expect(other?.latestMs).toBeLessThan(3600);
    expect(between.answer).toMatch(/instead/);
  });

  it('a round trip that is not known to the millisecond leads to both', () => {
    const { outcome, alternatives } = predict({ tcp_retries2: 3, rttMs: 8, rttSpreadMs: 15 });
    expect(outcome.atMs).toBe(6784);
    expect(alternatives?.some(({ atMs }) => (atMs ?? 0) < 3700)).toBe(true);
  });

  it.each([
    [100, '0.52'],
    [2000, '2.43'],
    [5000, '5.67'],
  ])('TCP_USER_TIMEOUT=%i: ETIMEDOUT after %s s', (userTimeout, end) => {
    expectMeasured(end, momentOf(predict({ TCP_USER_TIMEOUT: userTimeout }).outcome));
  });

  // tcp_retries2=3; measured on 6.18.44 with REJECT rules.
  it.each([
    ['icmp-host-unreachable', 'ipv4', 'EHOSTUNREACH', '3.523'],
    ['icmp-net-unreachable', 'ipv4', 'ENETUNREACH', '3.54'],
    ['icmp-port-unreachable', 'ipv4', 'ECONNREFUSED', '6.844'],
    ['icmp-host-prohibited', 'ipv4', 'EHOSTUNREACH', '6.83'],
    ['icmp-admin-prohibited', 'ipv4', 'EHOSTUNREACH', '6.728'],
    ['icmp-net-unreachable', 'ipv6', 'ENETUNREACH', '3.473'],
    ['icmp-host-unreachable', 'ipv6', 'EHOSTUNREACH', '6.76'],
  ])('%s on %s: %s after %s s', (peer, family, errno, end) => {
    const { outcome } = predict({ peer, family, tcp_retries2: 3 });
    expect(outcome.errno).toBe(errno);
    expectMeasured(end, momentOf(outcome));
  });

  it('a peer that has forgotten the connection', () => {
    expect(predict({ peer: 'rebooted', rttMs: 7 }).outcome).toMatchObject({ atMs: 7, errno: 'ECONNRESET' });
  });

  it('keepalive plays no part', () => {
    expect(predict({}).ignored).toHaveProperty('SO_KEEPALIVE');
  });

  it('without a tail loss probe the first resend is a timeout', () => {
    const { events, outcome } = predict({ tcp_retries2: 0, tcp_early_retrans: 0 });
    expect(events.map(({ atMs }) => atMs)).toEqual([0, 204]);
    expect(outcome.atMs).toBe(612);
  });
});

describe('the limit', () => {
  // ip-sysctl.rst: 924.6 s for tcp_retries2=15.
  it.each([
    [0, 200],
    [3, 3000],
    [8, 102_200],
    [15, 924_600],
  ])('tcp_retries2=%i: %i ms', (retries, ms) => {
    expect(modelTimeoutMs(retries)).toBe(ms);
  });

  it('is linear beyond the longest RTO', () => {
    expect(modelTimeoutMs(5, 200, 1000)).toBe(1400 + 3 * 1000);
    expect(modelTimeoutMs(4, 1000, 2000)).toBe(9000);
  });

  it.each([
    [0, 204],
    [4, 208],
    [20, 224],
    [100, 304],
    [300, 504],
  ])('a steady round trip of %i ms makes an RTO of %i ms', (rttMs, rtoMs) => {
    expect(rtoMsOf({ rttMs })).toBe(rtoMs);
  });
});

describe('a closed window, Linux 6.18', () => {
  // Gaps between the probes of one connection with an RTO of 212 ms.
  it('probes at doubling times', () => {
    const { probes } = windowProbeTimeline({ retries: 15, rtoMs: 212, silentFromMs: null });
    expectAllMeasured('.216 .644 1.508 3.236 6.788', probes.slice(0, 5));
    expect(probes.slice(0, 5).map(({ answered }) => answered)).toEqual([true, false, true, true, true]);
  });

  it('a live peer is waited for', () => {
    expect(predict({ peer: 'zero-window' }).outcome).toMatchObject({ atMs: null, state: 'ESTABLISHED' });
  });

  it('TCP_USER_TIMEOUT=4000 ends it all the same, after 4.23 s', () => {
    const { outcome } = predict({ peer: 'zero-window', TCP_USER_TIMEOUT: 4000, rtoMs: 212 });
    expectMeasured('4.23', momentOf(outcome));
    expect(outcome.errno).toBe('ETIMEDOUT');
  });

  // The peer fell silent 0.9 s after its window closed; times from there: 0.61 2.34 4.06.
  it('a peer that falls silent, tcp_retries2=3', () => {
    const { probes, end } = windowProbeTimeline({ retries: 3, rtoMs: 212, silentFromMs: 900 });
    expectAllMeasured('1.51 3.24', probes.slice(2));
    expectMeasured('4.96', end ?? undefined);
  });

  // The answer to every second quick probe is left out by tcp_invalid_ratelimit.
  it.each([
    [1, '1.11'],
    [0, '0.22'],
  ])('tcp_retries2=%i ends a live connection after %s s', (retries, end) => {
    const { outcome } = predict({ peer: 'zero-window', tcp_retries2: retries, rtoMs: 216 });
    expectMeasured(end, momentOf(outcome));
  });
});

describe('properties', () => {
  const inputs = fc.record({
    retries: fc.integer({ min: 0, max: 30 }),
    rtoMs: fc.integer({ min: 200, max: 10_000 }),
    rtoMaxMs: fc.integer({ min: 10_000, max: 120_000 }),
    userTimeoutMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1_000_000 })),
    tailLossProbe: fc.boolean(),
    backoffReverted: fc.boolean(),
    hz: fc.constantFrom(100, 250, 300, 1000),
  });

  it('times rise, late is never early, and the end is past the limit', () => {
    fc.assert(
      fc.property(inputs, (given) => {
        const { sends, end, limitMs } = retransmitTimeline(given);
        const all = [...sends, end];
        for (const [i, moment] of all.entries()) {
          expect(moment.latestMs).toBeGreaterThanOrEqual(moment.atMs);
          expect(moment.atMs).toBeGreaterThan(all[i - 1]?.atMs ?? -1);
        }
        const first = sends.find(({ kind }) => kind === 'resend');
        expect(end.atMs - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(limitMs - 1e-6);
      }),
      { numRuns: 50 },
    );
  });

  it('more retries never give up sooner', () => {
    fc.assert(
      fc.property(inputs, (given) => {
        const less = retransmitTimeline({ ...given, userTimeoutMs: 0 });
        const more = retransmitTimeline({ ...given, userTimeoutMs: 0, retries: given.retries + 1 });
        expect(more.end.atMs).toBeGreaterThanOrEqual(less.end.atMs);
      }),
      { numRuns: 50 },
    );
  });

  it('every RTO of the range ends inside one of the predicted intervals', () => {
    const holds = (
      ends: readonly PredictedOutcome[] | readonly { atMs: number; latestMs: number }[],
      ms: number,
    ) => ends.some(({ atMs, latestMs }) => (atMs ?? 0) <= ms + 1e-6 && ms <= (latestMs ?? 0) + 1e-6);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 8 }),
        fc.integer({ min: 51, max: 80 }),
        fc.nat(10),
        fc.nat(10),
        (retries, ticks, more, within) => {
          const leastMs = ticks * 4;
          const mostMs = leastMs + more * 4;
          const { end, otherEnds } = spreadTimeline({ retries }, { leastMs, mostMs });
          const rtoMs = Math.min(mostMs, leastMs + within * 4);
          const one = retransmitTimeline({ retries, rtoMs });
          expect(holds([end, ...otherEnds], one.end.atMs)).toBe(true);
        },
      ),
    );
  });

  it('seen from the first timeout on, the end is the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 50, max: 500 }), (retries, ticks) => {
        const rtoMs = ticks * 4;
        const { end } = retransmitTimeline({ retries, rtoMs, tailLossProbe: false });
        const fromHere = retransmissionEndsAfterMs({ rtoMs, timeouts: 0, timerMs: rtoMs, retries });
        expect(fromHere).toBeCloseTo(end.atMs, 6);
      }),
    );
  });
});

describe('very long timelines', () => {
  it('are counted, not listed: a resend every 204 ms for 25 days', () => {
    const userTimeoutMs = 2_147_483_647;
    const { sends, unlisted, end } = retransmitTimeline({
      retries: 15,
      rtoMs: 204,
      userTimeoutMs,
      backoffReverted: true,
    });
    expect(sends).toHaveLength(200);
    expect(sends.length + unlisted).toBeCloseTo(userTimeoutMs / 204, -1);
    expect(end.atMs).toBeCloseTo(408 + userTimeoutMs, -1);
  });

  it('a window that stays shut for 25 days', () => {
    const { probes, unlisted, end } = windowProbeTimeline({
      retries: 2,
      rtoMs: 204,
      silentFromMs: null,
      userTimeoutMs: 2_147_483_647,
    });
    expect(probes.length + unlisted).toBeCloseTo(2_147_483_647 / 816, -1);
    expect(end?.atMs).toBeCloseTo(204 + 2_147_483_647, -1);
  });

  it('a peer that falls silent after a day', () => {
    const { end, probes, unlisted } = windowProbeTimeline({
      retries: 3,
      rtoMs: 204,
      silentFromMs: 86_400_000,
    });
    expect(end?.atMs).toBeGreaterThan(86_400_000);
    expect(end?.atMs).toBeLessThan(86_400_000 + 4 * 1632);
    expect(probes.length + unlisted).toBeGreaterThan(50_000);
  });
});
