import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listenLimit, queuesModel } from '../../../src/tcp/model/queues.ts';
import type { SettingValues } from '../../../src/tcp/setting.ts';

const predict = (
  values: SettingValues,
  kernel: { major: number; minor: number; patch?: number } = { major: 6, minor: 18 },
) => queuesModel.predict(values, kernel);

describe('the accept queue, Linux 6.18', () => {
  it.each([
    [0, 1],
    [1, 2],
    [4, 5],
    [128, 129],
  ])('backlog %i holds %i', (backlog, held) => {
    expect(predict({ backlog }).limits?.acceptQueue).toBe(held);
  });

  it('listen(-1) is as much as somaxconn allows', () => {
    expect(listenLimit(-1, 4096)).toBe(4096);
    expect(predict({ backlog: -1 }).limits?.acceptQueue).toBe(4097);
  });

  it('the smaller of the two binds', () => {
    expect(predict({ backlog: 1000, somaxconn: 128 }).answer).toMatch(/somaxconn=128 binds/);
    expect(predict({ backlog: 128, somaxconn: 1000 }).answer).toMatch(/backlog of 128 binds/);
    expect(predict({ backlog: 1000, somaxconn: 128 }).inputs).toHaveProperty('somaxconn');
  });
});

describe('the SYN queue, Linux 6.18', () => {
  // SYN_RECV after a burst of several thousand SYNs: limit, tcp_max_syn_backlog, tcp_syncookies.
  const rows = [
    [8, 16, 9, 9],
    [8, 128, 9, 9],
    [8, 1024, 9, 9],
    [64, 16, 13, 65],
    [64, 128, 65, 65],
    [64, 1024, 65, 65],
    [256, 16, 13, 257],
    [256, 128, 97, 257],
    [256, 1024, 257, 257],
    [2000, 16, 13, 2001],
    [2000, 128, 97, 2001],
    [2000, 1024, 769, 2001],
  ] as const;
  it.each(rows)(
    'limit %i, tcp_max_syn_backlog %i: %i without cookies, %i with',
    (backlog, max, without, withThem) => {
      const values = { backlog, tcp_max_syn_backlog: max };
      expect(predict({ ...values, tcp_syncookies: 0 }).limits?.synQueue).toBe(without);
      expect(predict({ ...values, tcp_syncookies: 1 }).limits?.synQueue).toBe(withThem);
      expect(predict({ ...values, tcp_syncookies: 3 }).limits?.synQueue).toBe(withThem);
      expect(predict({ ...values, tcp_syncookies: 2 }).limits?.synQueue).toBe(0);
    },
  );

  const more: readonly (readonly [SettingValues, number])[] = [
    [{ backlog: 256, somaxconn: 32, tcp_syncookies: 0 }, 33],
    [{ backlog: 256, somaxconn: 32, tcp_syncookies: 1 }, 33],
    [{ backlog: 8192, tcp_max_syn_backlog: 16_384, tcp_syncookies: 0 }, 4097],
    [{ backlog: 8192, tcp_max_syn_backlog: 4096, tcp_syncookies: 0 }, 3073],
    [{ backlog: 0 }, 1],
    [{ backlog: 1 }, 2],
    [{ backlog: 256, tcp_max_syn_backlog: 1, tcp_syncookies: 0 }, 2],
    [{ backlog: 256, tcp_max_syn_backlog: 2, tcp_syncookies: 0 }, 3],
    [{ backlog: 256, tcp_max_syn_backlog: 3, tcp_syncookies: 0 }, 4],
    [{ backlog: 256, tcp_max_syn_backlog: 4, tcp_syncookies: 0 }, 4],
    [{ backlog: 256, tcp_max_syn_backlog: 5, tcp_syncookies: 0 }, 5],
    [{ backlog: 256, tcp_max_syn_backlog: 7, tcp_syncookies: 0 }, 7],
    [{ backlog: 256, tcp_max_syn_backlog: 10, tcp_syncookies: 0 }, 9],
  ];
  it.each(more)('%j: %i', (values, held) => {
    expect(predict(values).limits?.synQueue).toBe(held);
  });

  it('a peer the kernel knows passes tcp_max_syn_backlog, but not the listener’s limit', () => {
    const values = { backlog: 256, tcp_max_syn_backlog: 16, tcp_syncookies: 0, peer: 'known' };
    expect(predict(values).limits?.synQueue).toBe(257);
    expect(predict(values).ignored).toHaveProperty('tcp_max_syn_backlog');
  });
});

describe('which number does nothing', () => {
  it('tcp_max_syn_backlog, unless cookies are off', () => {
    const on = predict({ tcp_syncookies: 1 });
    expect(on.ignored).toHaveProperty('tcp_max_syn_backlog');
    expect(on.because.join(' ')).toMatch(/tcp_max_syn_backlog=2048 does nothing/);
    const off = predict({ tcp_syncookies: 0, tcp_max_syn_backlog: 128, backlog: 4096 });
    expect(off.inputs).toHaveProperty('tcp_max_syn_backlog');
    expect(off.because.join(' ')).toMatch(/tcp_max_syn_backlog=128 binds/);
  });
});

it('tcp_syncookies counts even where 0 and 1 come to the same', () => {
  expect(predict({ backlog: 8, tcp_syncookies: 0 }).inputs).toHaveProperty('tcp_syncookies');
});

describe('kernels', () => {
  it('one half-open request less before 3479c7549fb1', () => {
    expect(predict({ backlog: 8 }, { major: 6, minor: 12 }).limits?.synQueue).toBe(8);
    expect(predict({ backlog: 8 }, { major: 6, minor: 12, patch: 10 }).limits?.synQueue).toBe(9);
    expect(predict({ backlog: 0 }, { major: 5, minor: 10 }).limits?.synQueue).toBe(0);
  });

  it('somaxconn was 128 before 5.4', () => {
    expect(predict({}, { major: 5, minor: 3 }).limits?.acceptQueue).toBe(129);
    expect(predict({}, { major: 5, minor: 4 }).limits?.acceptQueue).toBe(512);
  });
});

it('a larger backlog or somaxconn never holds less', () => {
  const number = fc.nat(100_000);
  fc.assert(
    fc.property(
      number,
      number,
      fc.integer({ min: 0, max: 2 }),
      number,
      (backlog, somaxconn, cookies, max) => {
        const values = { backlog, somaxconn, tcp_syncookies: cookies, tcp_max_syn_backlog: max };
        const { limits } = predict(values);
        for (const more of [{ backlog: backlog + 1 }, { somaxconn: somaxconn + 1 }]) {
          const larger = predict({ ...values, ...more }).limits;
          expect(larger?.acceptQueue).toBeGreaterThanOrEqual(limits?.acceptQueue ?? 0);
          expect(larger?.synQueue).toBeGreaterThanOrEqual(limits?.synQueue ?? 0);
        }
      },
    ),
  );
});
