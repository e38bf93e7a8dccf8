import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectModel } from '../../../src/tcp/model/connect.ts';
import { connectPeers } from '../../../src/tcp/model/connect-peers.ts';
import type { KernelVersion } from '../../../src/tcp/model/kernel-version.ts';
import { synTimeline } from '../../../src/tcp/model/syn-timeline.ts';
import type { SettingValues } from '../../../src/tcp/setting.ts';
import { expectAllMeasured, expectMeasured, momentOf } from './measured.ts';

const on618: KernelVersion = { major: 6, minor: 18 };
const predict = (values: SettingValues, kernel = on618) => connectModel.predict(values, kernel);
const synsOf = (values: SettingValues) => predict(values).events.filter(({ what }) => what === 'SYN');

describe('connect() against a DROP rule, Linux 6.18', () => {
  // tcp_syn_retries, tcp_syn_linear_timeouts, when the SYNs were sent and when ETIMEDOUT came, s.
  it.each([
    [1, 0, '0 1.01', '3.03'],
    [1, 4, '0 1.01 2.03', '3.06'],
    [2, 0, '0 1.02 3.04', '7.2'],
    [2, 4, '0 1.03 2.05 3.07 4.10 5.12', '7.14'],
    [3, 0, '0 1.01 3.02 7.09', '15.28'],
    [3, 4, '0 1 2 3 4 5.12 7.13 11.39', '19.58'],
    [4, 4, '0 1 2 3 4 5.13 7.14 11.37 19.56', '35.69'],
    [5, 0, '0 1.01 3.03 7.25 15.45 31.57', '64.09'],
    [5, 4, '0 1 2 3 4 5.11 7.12 11.28 19.47 35.60', '67.86'],
    [6, 0, '0 1.0 3.02 7.15 15.34 31.47 65.51', '131.05'],
    [6, 1, '0 1 2 4.06 8.25 16.44 32.57 66.36', '131.90'],
    [6, 2, '0 1 2 3 5.08 9.24 17.43 33.56 66.07', '131.61'],
    [6, 4, '0 1.01 2.03 3.06 4.08 5.11 7.12 11.19 19.38 35.51 69.3', '134.84'],
  ])('tcp_syn_retries=%i, tcp_syn_linear_timeouts=%i', (retries, linear, syns, end) => {
    const values = { tcp_syn_retries: retries, tcp_syn_linear_timeouts: linear };
    expectAllMeasured(syns, synsOf(values));
    const { outcome } = predict(values);
    expectMeasured(end, momentOf(outcome));
    expect(outcome).toMatchObject({ errno: 'ETIMEDOUT', state: 'CLOSE' });
  });

  it.each([
    [{ TCP_SYNCNT: 1, tcp_syn_linear_timeouts: 0 }, 2, '3.03'],
    [{ TCP_SYNCNT: 2, tcp_syn_linear_timeouts: 0 }, 3, '7.07'],
    [{ TCP_SYNCNT: 3, tcp_syn_linear_timeouts: 0 }, 4, '15.24'],
    [{ TCP_SYNCNT: 1 }, 3, '3.07'],
    [{ TCP_SYNCNT: 2 }, 6, '7.12'],
    [{ TCP_SYNCNT: 3 }, 8, '19.39'],
    [{ TCP_USER_TIMEOUT: 500 }, 2, '1.04'],
    [{ TCP_USER_TIMEOUT: 2500, tcp_syn_linear_timeouts: 0 }, 2, '2.52'],
    [{ TCP_USER_TIMEOUT: 5000, tcp_syn_linear_timeouts: 0 }, 3, '5.01'],
    [{ TCP_USER_TIMEOUT: 10_000, tcp_syn_linear_timeouts: 0 }, 4, '10.21'],
    [{ TCP_USER_TIMEOUT: 40_000, tcp_syn_linear_timeouts: 0 }, 6, '40.07'],
    [{ TCP_USER_TIMEOUT: 2500 }, 3, '2.53'],
    [{ TCP_USER_TIMEOUT: 5000 }, 5, '5.01'],
    [{ TCP_USER_TIMEOUT: 10_000 }, 7, '10.16'],
    [{ TCP_USER_TIMEOUT: 40_000 }, 10, '40.01'],
    [{ TCP_USER_TIMEOUT: 90_000, tcp_syn_retries: 3, tcp_syn_linear_timeouts: 0 }, 4, '15.4'],
    // With linear timeouts a long user timeout lengthens: only the resends count then.
    [{ TCP_USER_TIMEOUT: 90_000, tcp_syn_retries: 2 }, 7, '11.224'],
    [{ TCP_USER_TIMEOUT: 90_000, tcp_syn_retries: 1 }, 6, '7.139'],
    [{ TCP_RTO_MAX_MS: 2000, tcp_syn_retries: 4, tcp_syn_linear_timeouts: 0 }, 5, '9.1'],
    [{ tcp_rto_max_ms: 2000, tcp_syn_retries: 4, tcp_syn_linear_timeouts: 0 }, 5, '9.1'],
    [{ TCP_RTO_MAX_MS: 2000, tcp_syn_retries: 4 }, 7, '9.153'],
  ] as const)('%j: %i SYNs, ETIMEDOUT after %s s', (values, syns, end) => {
    expect(synsOf(values)).toHaveLength(syns);
    expectMeasured(end, momentOf(predict(values).outcome));
  });

  it('the SYNs with a longest RTO of 2 s', () => {
    const values = { TCP_RTO_MAX_MS: 2000, tcp_syn_retries: 4, tcp_syn_linear_timeouts: 0 };
    expectAllMeasured('0 1 3 5 7', synsOf(values));
  });

  const twoRetries = { tcp_syn_retries: 2, tcp_syn_linear_timeouts: 0 };
  it.each([
    [{ ...twoRetries, peer: 'own-output-drop' }, 'ETIMEDOUT', '7.28', 0],
    [{ ...twoRetries, peer: 'link-goes-down' }, 'ENETUNREACH', '7.2', 1],
    [{ ...twoRetries, peer: 'route-goes-away' }, 'EHOSTUNREACH', '7.2', 1],
    [{ peer: 'link-goes-down' }, 'ENETUNREACH', '135.3', 1],
    [{ peer: 'route-goes-away' }, 'EHOSTUNREACH', '135.3', 1],
  ] as const)('%j: %s after %s s, %i SYNs on the wire', (values, errno, end, syns) => {
    const { outcome } = predict(values);
    expect(outcome.errno).toBe(errno);
    expectMeasured(end, momentOf(outcome));
    expect(synsOf(values)).toHaveLength(syns);
  });
});

describe('connect() that is refused on the way', () => {
  it.each([
    ['unreachable-route', 'EHOSTUNREACH'],
    ['prohibit-route', 'EACCES'],
    ['blackhole-route', 'EINVAL'],
    ['no-route', 'ENETUNREACH'],
  ])('%s: %s at once, nothing sent', (peer, errno) => {
    const { outcome, events } = predict({ peer });
    expect(outcome).toEqual({ atMs: 0, latestMs: 0, errno, state: 'CLOSE' });
    expect(events).toEqual([]);
  });

  // Neither ARP nor neighbour discovery answered; measured on 6.18.44.
  it.each([
    [6, 4, 'ipv4', 'EHOSTUNREACH', '3.06'],
    [6, 4, 'ipv6', 'EHOSTUNREACH', '3.077'],
    [2, 0, 'ipv4', 'ETIMEDOUT', '3.05'],
    [2, 0, 'ipv6', 'EHOSTUNREACH', '3.063'],
    [1, 4, 'ipv4', 'ETIMEDOUT', '3.08'],
    [1, 0, 'ipv4', 'ETIMEDOUT', '3.036'],
    [2, 4, 'ipv4', 'EHOSTUNREACH', '3.07'],
    [3, 0, 'ipv4', 'EHOSTUNREACH', '3.066'],
  ])('no neighbour, retries %i, linear %i, %s: %s after %s s', (retries, linear, family, errno, end) => {
    const { outcome } = predict({
      peer: 'no-arp-answer',
      tcp_syn_retries: retries,
      tcp_syn_linear_timeouts: linear,
      family,
    });
    expect(outcome.errno).toBe(errno);
    expectMeasured(end, momentOf(outcome));
  });

  // REJECT rules on a veth pair: the ICMP counts at the second SYN.
  it.each([
    ['icmp-port-unreachable', 'ipv4', 'ECONNREFUSED', '1.03'],
    ['icmp-host-unreachable', 'ipv4', 'EHOSTUNREACH', '1.03'],
    ['icmp-host-prohibited', 'ipv4', 'EHOSTUNREACH', '1.02'],
    ['icmp-admin-prohibited', 'ipv4', 'EHOSTUNREACH', '1.00'],
    ['icmp-net-unreachable', 'ipv4', 'ENETUNREACH', '1.02'],
    ['icmp-net-prohibited', 'ipv4', 'ENETUNREACH', '1.03'],
    ['icmp-proto-unreachable', 'ipv4', 'ENOPROTOOPT', '1.02'],
    ['icmp-net-unreachable', 'ipv6', 'ENETUNREACH', '1.025'],
    ['icmp-host-unreachable', 'ipv6', 'EHOSTUNREACH', '1.014'],
    ['icmp-port-unreachable', 'ipv6', 'ECONNREFUSED', '1.021'],
    ['icmp-admin-prohibited', 'ipv6', 'EACCES', '1.022'],
  ])('%s on %s without a round-trip time: %s after %s s', (peer, family, errno, end) => {
    const { outcome, events } = predict({ peer, family });
    expect(outcome.errno).toBe(errno);
    expectMeasured(end, momentOf(outcome));
    expect(events.map(({ what }) => what)).toEqual(['SYN', 'ICMP', 'SYN', 'ICMP']);
    const delayed = predict({ peer, family, rttMs: 20 });
    expect(delayed.outcome).toMatchObject({ atMs: 20, errno, state: 'CLOSE' });
  });

  it('a program that does not sleep in connect() sees the ICMP at once', () => {
    const { outcome } = predict({ peer: 'icmp-port-unreachable', blocking: 'no' });
    expect(outcome).toEqual({ atMs: 0, latestMs: 0, errno: 'ECONNREFUSED', state: 'SYN_SENT' });
  });

  it.each([0, 20])('a closed port refuses after one round trip of %i ms', (rttMs) => {
    expect(predict({ peer: 'closed-port', rttMs }).outcome).toMatchObject({
      atMs: rttMs,
      errno: 'ECONNREFUSED',
    });
  });

  it('a listener with room', () => {
    const { outcome, events } = predict({ peer: 'accepts', rttMs: 30 });
    expect(outcome).toEqual({ atMs: 30, latestMs: 30, errno: null, state: 'ESTABLISHED' });
    expect(events.map(({ from, what }) => `${from} ${what}`)).toEqual([
      'client SYN',
      'server SYN-ACK',
      'client ACK',
    ]);
  });

  it('a round trip of 2.5 s: SYNs are sent again before the answer; one above the limit comes too late', () => {
    expect(predict({ peer: 'accepts', rttMs: 2500 }).events.map(({ what }) => what)).toEqual([
      'SYN',
      'SYN',
      'SYN',
      'SYN-ACK',
      'ACK',
    ]);
    const late = predict({ peer: 'accepts', rttMs: 3500, tcp_syn_retries: 1 });
    expect(late.outcome).toMatchObject({ atMs: 3000, errno: 'ETIMEDOUT' });
  });
});

describe('the program’s own patience', () => {
  it('SO_SNDTIMEO: EINPROGRESS, the socket goes on', () => {
    const values = { applicationTimeoutMs: 2500, applicationTimeoutBy: 'SO_SNDTIMEO' };
    const { outcome, events } = predict(values);
    expectMeasured('2.73', momentOf(outcome));
    expect(outcome).toMatchObject({ errno: 'EINPROGRESS', state: 'SYN_SENT' });
    expect(events).toHaveLength(11);
  });

  it('poll(): no further SYN after it', () => {
    const { outcome, events } = predict({ applicationTimeoutMs: 2500 });
    expect(outcome).toMatchObject({ atMs: 2500, errno: null, state: 'CLOSE' });
    expect(events.map(({ atMs }) => atMs)).toEqual([0, 1000, 2000]);
  });

  it('the shorter one wins', () => {
    expect(predict({ applicationTimeoutMs: 200_000 }).outcome.errno).toBe('ETIMEDOUT');
    expect(predict({ applicationTimeoutMs: 500, peer: 'closed-port' }).outcome.errno).toBe('ECONNREFUSED');
  });
});

describe('kernels', () => {
  it('131 s since 6.5, 127 s before: no linear timeouts', () => {
    expect(predict({}).outcome.atMs).toBe(131_000);
    expect(predict({}, { major: 6, minor: 4 }).outcome.atMs).toBe(127_000);
    expect(predict({ tcp_syn_linear_timeouts: 4 }, { major: 6, minor: 4 }).outcome.atMs).toBe(127_000);
  });

  it('TCP_USER_TIMEOUT in SYN_SENT: exact since 5.4, a burst of SYNs from 4.19, ignored before', () => {
    const values = { TCP_USER_TIMEOUT: 5000 };
    expect(predict(values, { major: 5, minor: 4 }).outcome.atMs).toBe(5000);
    const burst = predict(values, { major: 4, minor: 19 });
    expect(burst.outcome.atMs).toBeGreaterThan(5000);
    expect(burst.outcome.atMs).toBeLessThan(5100);
    expect(burst.events).toHaveLength(7);
    expect(predict(values, { major: 4, minor: 18 }).outcome.atMs).toBe(127_000);
  });

  it('the longest RTO can be set since 6.15', () => {
    const values = { tcp_rto_max_ms: 2000, tcp_syn_retries: 4, tcp_syn_linear_timeouts: 0 };
    expect(predict(values, { major: 6, minor: 14 }).outcome.atMs).toBe(31_000);
    expect(predict(values).outcome.atMs).toBe(9000);
  });
});

describe('what counts and what does not', () => {
  it('against silence neither the round trip nor how the program waits', () => {
    const { inputs, ignored } = predict({});
    expect(Object.keys(ignored ?? {}).sort()).toEqual([
      'applicationTimeoutBy',
      'blocking',
      'family',
      'rttMs',
    ]);
    expect(inputs).toMatchObject({ tcp_syn_retries: 6, tcp_syn_linear_timeouts: 4, TCP_SYNCNT: 0 });
  });

  it('TCP_SYNCNT leaves tcp_syn_retries without effect, but not the linear timeouts', () => {
    const { inputs, ignored } = predict({ TCP_SYNCNT: 2 });
    expect(ignored).toHaveProperty('tcp_syn_retries');
    expect(inputs).toHaveProperty('tcp_syn_linear_timeouts');
  });
});

const settings = fc.record({
  synRetries: fc.integer({ min: 1, max: 127 }),
  linearTimeouts: fc.integer({ min: 0, max: 127 }),
  synCount: fc.integer({ min: 0, max: 127 }),
  userTimeoutMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 10_000_000 })),
  rtoMaxMs: fc.integer({ min: 1000, max: 120_000 }),
  hz: fc.constantFrom(100, 250, 300, 1000),
});

describe('properties of the SYN timeline', () => {
  it('times rise, late is never early, and no more SYNs than asked for', () => {
    fc.assert(
      fc.property(settings, (inputs) => {
        const { syns, end, earlierEnds } = synTimeline(inputs);
        const all = [...syns, end];
        for (const [i, moment] of all.entries()) {
          expect(moment.latestMs).toBeGreaterThanOrEqual(moment.atMs);
          expect(moment.atMs).toBeGreaterThan(all[i - 1]?.atMs ?? -1);
        }
        expect(syns.length).toBeLessThanOrEqual(
          (inputs.synCount || inputs.synRetries) + inputs.linearTimeouts + 1,
        );
        for (const earlier of earlierEnds) expect(earlier.latestMs).toBeLessThanOrEqual(end.latestMs);
      }),
    );
  });

  it('more retries never give up sooner', () => {
    fc.assert(
      fc.property(settings, (inputs) => {
        const more = { ...inputs, synCount: 0, synRetries: inputs.synRetries + 1 };
        expect(synTimeline(more).end.atMs).toBeGreaterThanOrEqual(
          synTimeline({ ...inputs, synCount: 0 }).end.atMs,
        );
      }),
    );
  });

  it('a user timeout ends it no later than the timeout, or than the first second', () => {
    fc.assert(
      fc.property(settings, (inputs) => {
        if (inputs.userTimeoutMs === 0) return;
        const tickMs = 1000 / inputs.hz;
        expect(synTimeline(inputs).end.atMs).toBeLessThanOrEqual(
          Math.max(inputs.userTimeoutMs, 1000) + 2 * tickMs,
        );
      }),
    );
  });
});

it('every peer has an answer that names its error, on both families', () => {
  for (const peer of connectPeers) {
    for (const family of ['ipv4', 'ipv6']) {
      const { answer, outcome, because } = predict({ peer, family });
      expect(answer).toContain(outcome.errno ?? 'succeeds');
      expect(because.length).toBeGreaterThan(0);
    }
  }
});
