import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closeModel } from '../../../src/tcp/model/close.ts';
import {
  finWait2Life,
  portReusableAfter,
  portsToOneDestination,
  timeWaitKept,
} from '../../../src/tcp/model/close-lifetimes.ts';
import type { SettingValues } from '../../../src/tcp/setting.ts';
import { expectMeasured, momentOf } from './measured.ts';

const predict = (values: SettingValues, kernel = { major: 6, minor: 18 }) =>
  closeModel.predict(values, kernel);

describe('FIN_WAIT2 of a closed socket, Linux 6.18', () => {
  it.each([
    [{ tcp_fin_timeout: 5 }, '5.22'],
    [{ tcp_fin_timeout: 5 }, '5.35'],
    [{ tcp_fin_timeout: 60 }, '61.8'],
    [{ tcp_fin_timeout: 80 }, '41.0'],
    [{ tcp_fin_timeout: 62 }, '4.046'],
    [{ tcp_fin_timeout: 0 }, '0.782'],
    [{ TCP_LINGER2: 90 }, '62.1'],
    [{ TCP_LINGER2: 3 }, '3.19'],
  ] as const)('%j: gone after %s s', (values, end) => {
    // Seen by listing sockets.
    expectMeasured(end, momentOf(predict(values).outcome), { lookedEveryMs: 100 });
    expect(predict(values).outcome).toMatchObject({ errno: null, state: 'CLOSE' });
  });

  it('61 to 119 s last shorter than asked', () => {
    for (const finTimeoutS of [61, 80, 119]) {
      expect(finWait2Life({ finTimeoutS }).atMs).toBeLessThan(finTimeoutS * 1000);
    }
    expect(finWait2Life({ finTimeoutS: 120 }).atMs).toBe(120_000);
    expect(finWait2Life({ finTimeoutS: 60 }).atMs).toBe(60_000);
  });

  it('0 s are 3.5 RTO', () => {
    expect(finWait2Life({ finTimeoutS: 0, rtoMs: 204 }).atMs).toBe(716);
  });

  it('TCP_LINGER2=-1: a RST at once', () => {
    const { outcome, events } = predict({ TCP_LINGER2: -1 });
    expect(outcome.atMs).toBe(0);
    expect(events.map(({ what }) => what)).toEqual(['RST']);
  });

  it('before 5.8 a TCP_LINGER2 above tcp_fin_timeout did nothing', () => {
    expect(predict({ TCP_LINGER2: 90 }, { major: 5, minor: 7 }).outcome.atMs).toBe(60_000);
  });
});

describe('what nothing ends', () => {
  it.each([
    ['fin-wait2-held', 'FIN_WAIT2'],
    ['close-wait', 'CLOSE_WAIT'],
  ])('%s', (closing, state) => {
    const { outcome, ignored } = predict({ closing });
    expect(outcome).toEqual({ atMs: null, latestMs: null, errno: null, state });
    expect(ignored).toHaveProperty('tcp_fin_timeout');
  });
});

describe('a FIN that nobody acknowledges', () => {
  it.each([
    ['fin-wait1-orphan', { tcp_orphan_retries: 1 }, '1.7'],
    ['fin-wait1-orphan', { tcp_orphan_retries: 3 }, '6.7'],
    ['fin-wait1-orphan', { tcp_orphan_retries: 0 }, '108'],
    ['fin-wait1-orphan', { tcp_orphan_retries: 0, tcp_retries2: 3 }, '106'],
    ['last-ack', { tcp_orphan_retries: 2 }, '3.36'],
    ['last-ack', { tcp_orphan_retries: 0 }, '107'],
  ] as const)('%s, %j: gone after %s s', (closing, values, end) => {
    const { outcome, ignored } = predict({ closing, ...values });
    expectMeasured(end, momentOf(outcome));
    expect(outcome.errno).toBeNull();
    expect(ignored).toHaveProperty('tcp_retries2');
  });

  it('as long as the program holds the descriptor, tcp_retries2 decides', () => {
    const { outcome, ignored } = predict({ closing: 'fin-wait1-held', tcp_retries2: 3 });
    expect(outcome).toMatchObject({ atMs: 6528, errno: 'ETIMEDOUT' });
    expect(ignored).toHaveProperty('tcp_orphan_retries');
  });
});

describe('TIME_WAIT', () => {
  it('lasts 60 s whatever tcp_fin_timeout is', () => {
    const { outcome, ignored } = predict({ closing: 'time-wait', tcp_fin_timeout: 5 });
    expectMeasured('61.1', momentOf(outcome));
    expect(ignored).toHaveProperty('tcp_fin_timeout');
  });

  const remote = { loopback: false, timestamps: true };
  // When ten ports in TIME_WAIT were tried again, s, and whether they could be used.
  it.each([
    [{ ...remote, twReuse: 0 }, 1.2, false],
    [{ ...remote, twReuse: 2 }, 1.2, false],
    [{ ...remote, twReuse: 2, loopback: true }, 1.2, true],
    [{ ...remote, twReuse: 1 }, 0, false],
    [{ ...remote, twReuse: 1 }, 0.5, false],
    [{ ...remote, twReuse: 1 }, 1.1, true],
    [{ ...remote, twReuse: 1, twReuseDelayMs: 100 }, 0.2, true],
    [{ ...remote, twReuse: 1, timestamps: false }, 2.5, false],
  ])('%j: after %f s %s', (inputs, triedS, usable) => {
    const after = portReusableAfter(inputs);
    expect(after !== null && after.latestMs <= triedS * 1000).toBe(usable);
  });

  it('until 6.13 the next whole second was enough', () => {
    const inputs = { ...remote, twReuse: 1, kernel: { major: 6, minor: 13 } };
    expect(portReusableAfter(inputs)).toEqual({ atMs: 0, latestMs: 1000 });
  });

  it('the reuse is predicted as another end', () => {
    const { alternatives } = predict({ closing: 'time-wait', tcp_tw_reuse: 1 });
    expect(alternatives).toEqual([{ atMs: 1001, latestMs: 1001, errno: null, state: 'reused' }]);
    expect(predict({ closing: 'time-wait' }).alternatives).toBeUndefined();
  });

  it('tcp_max_tw_buckets=10, 30 closes: 10 are kept', () => {
    expect(timeWaitKept(30, 10)).toBe(10);
    expect(timeWaitKept(3, 10)).toBe(3);
  });
});

it('a port range of ten holds ten connections to one destination', () => {
  expect(portsToOneDestination(40_000, 40_009)).toBe(10);
  expect(portsToOneDestination(40_000, 40_009, 3)).toBe(7);
});

it('a longer tcp_fin_timeout never lasts shorter, apart from the step at 60 s', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1000 }), (finTimeoutS) => {
      if (finTimeoutS === 60) return;
      const life = finWait2Life({ finTimeoutS });
      expect(life.latestMs).toBeGreaterThan(life.atMs);
      expect(finWait2Life({ finTimeoutS: finTimeoutS + 1 }).atMs).toBeGreaterThanOrEqual(life.atMs);
    }),
  );
});
