import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepaliveModel } from '../../../src/tcp/model/keepalive.ts';
import {
  answeredProbes,
  keepaliveEndsAfterMs,
  keepaliveTimeline,
} from '../../../src/tcp/model/keepalive-timeline.ts';
import type { SettingValues } from '../../../src/tcp/setting.ts';
import { expectAllMeasured, expectMeasured, momentOf } from './measured.ts';

const predict = (values: SettingValues) => keepaliveModel.predict(values, { major: 6, minor: 18 });
/** The setting of all measurements: TCP_KEEPIDLE 3 s, TCP_KEEPINTVL 1 s, TCP_KEEPCNT 3. */
const quick = { TCP_KEEPIDLE: 3, TCP_KEEPINTVL: 1, TCP_KEEPCNT: 3 };
const probesOf = (values: SettingValues) => predict(values).events.filter(({ what }) => what === 'probe');

// The kernel counts from the last segment; the stopwatch of these measurements was started a little later.
const started = { startedLateMs: 200 };

describe('keepalive, Linux 6.18', () => {
  it('a live peer: a probe every 3 s, each acknowledged', () => {
    const { outcome } = predict({ ...quick, peer: 'alive' });
    expectAllMeasured('2.98 5.99 9.0', probesOf({ ...quick, peer: 'alive' }).slice(0, 3), started);
    expect(outcome).toEqual({ atMs: null, latestMs: null, errno: null, state: 'ESTABLISHED' });
  });

  it.each([
    ['silent', '2.94 3.96 4.99', '6.01', 'ETIMEDOUT'],
    ['silent', '2.94 3.96 4.99', '5.95', 'ETIMEDOUT'],
    ['icmp-unreachable', '2.8 3.8 4.85', '5.9', 'ETIMEDOUT'],
    ['icmp-unreachable', '2.8 3.8 4.85', '6.1', 'ETIMEDOUT'],
    ['rebooted', '2.85', '2.85', 'ECONNRESET'],
  ])('%s: probes at %s s, ended after %s s with %s', (peer, probes, end, errno) => {
    const values = { ...quick, peer };
    expectAllMeasured(probes, probesOf(values), started);
    expectMeasured(end, momentOf(predict(values).outcome), started);
    expect(predict(values).outcome.errno).toBe(errno);
  });

  it.each([
    [2000, 1, '3.85'],
    [4500, 2, '5.09'],
    [10_000, 7, '10.16'],
  ])('TCP_USER_TIMEOUT=%i: %i probes, ETIMEDOUT after %s s', (userTimeout, probes, end) => {
    const values = { ...quick, TCP_USER_TIMEOUT: userTimeout };
    expect(probesOf(values)).toHaveLength(probes);
    expectMeasured(end, momentOf(predict(values).outcome), started);
    expect(predict(values).ignored).toHaveProperty('TCP_KEEPCNT');
  });

  it('the user timeout alone does nothing to an idle connection', () => {
    const { outcome } = predict({ SO_KEEPALIVE: 0, TCP_USER_TIMEOUT: 2000 });
    expect(outcome.atMs).toBeNull();
  });

  it('waits while data is unacknowledged: tcp_retries2 decides', () => {
    const values = { ...quick, unacknowledgedData: 'yes', tcp_retries2: 3 };
    expectMeasured('6.85', momentOf(predict(values).outcome));
    expect(predict(values).outcome.errno).toBe('ETIMEDOUT');
    expect(predict({ ...values, SO_KEEPALIVE: 0 }).outcome).toEqual(predict(values).outcome);
    expect(predict(values).ignored).toMatchObject(quick);
  });

  it('the sysctls count where the socket has no values of its own', () => {
    expect(predict({}).outcome.atMs).toBe((7200 + 9 * 75) * 1000);
    const own = { tcp_keepalive_time: 10, tcp_keepalive_intvl: 2, tcp_keepalive_probes: 4 };
    expect(predict(own).outcome.atMs).toBe(18_000);
    expect(predict({ ...own, TCP_KEEPIDLE: 20 }).outcome.atMs).toBe(28_000);
  });
});

it('an interval above the idle time is the period of a live connection', () => {
  const probes = answeredProbes({ idleMs: 1000, intervalMs: 5000, probes: 3 }, 3);
  expect(probes.map(({ atMs }) => atMs)).toEqual([1000, 6000, 11_000]);
});

describe('properties', () => {
  const inputs = fc.record({
    idleMs: fc.integer({ min: 1, max: 32_767 }).map((s) => s * 1000),
    intervalMs: fc.integer({ min: 1, max: 32_767 }).map((s) => s * 1000),
    probes: fc.integer({ min: 1, max: 127 }),
    userTimeoutMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1_000_000 })),
  });

  it('idle + probes × interval, or the user timeout rounded up to a probe’s turn', () => {
    fc.assert(
      fc.property(inputs, (given) => {
        const { end, probes, unlisted } = keepaliveTimeline(given);
        const sent = probes.length + unlisted;
        if (given.userTimeoutMs === 0) {
          expect(end.atMs).toBe(given.idleMs + given.probes * given.intervalMs);
          expect(sent).toBe(given.probes);
        } else {
          expect(end.atMs).toBeGreaterThanOrEqual(given.userTimeoutMs);
          expect(end.atMs - given.idleMs).toBe(sent * given.intervalMs);
          expect(end.atMs).toBeLessThanOrEqual(
            Math.max(given.idleMs, given.userTimeoutMs) + given.intervalMs,
          );
        }
      }),
    );
  });

  it('times rise and late is never early', () => {
    fc.assert(
      fc.property(inputs, (given) => {
        const { end, probes } = keepaliveTimeline(given);
        const all = [...probes, end];
        for (const [i, moment] of all.entries()) {
          expect(moment.latestMs).toBeGreaterThan(moment.atMs);
          expect(moment.atMs).toBeGreaterThan(all[i - 1]?.atMs ?? 0);
        }
      }),
    );
  });

  it('seen from any probe on, the end is the same', () => {
    fc.assert(
      fc.property(inputs, fc.nat(126), (given, k) => {
        const { end, probes } = keepaliveTimeline({ ...given, userTimeoutMs: 0 });
        const out = k % (probes.length + 1);
        const nowMs = probes[out]?.atMs ?? end.atMs;
        const leftMs = keepaliveEndsAfterMs({
          timerMs: 0,
          probesOut: out,
          probes: given.probes,
          intervalMs: given.intervalMs,
        });
        expect(nowMs + leftMs).toBe(end.atMs);
      }),
    );
  });

  it('a user timeout of 25 days with a probe a second is counted, not listed', () => {
    const { probes, unlisted, end } = keepaliveTimeline({
      idleMs: 1000,
      intervalMs: 1000,
      probes: 3,
      userTimeoutMs: 2_147_483_647,
    });
    expect(probes).toHaveLength(200);
    expect(probes.length + unlisted).toBe(2_147_483);
    expect(end.atMs).toBe(2_147_484_000);
  });
});
