import { describe, expect, it } from 'vitest';
import { acceptQueueCapacity, synQueueCapacity, whoSetLimit } from '../../src/tcp/queue-limits.ts';

describe('whoSetLimit', () => {
  it.each([
    [511, 4096, 'application'],
    [4096, 4096, 'somaxconn'],
    [0, 128, 'application'],
    // The listener is older than the lowered somaxconn.
    [4096, 128, 'unknown'],
    [511, undefined, 'unknown'],
    [undefined, 4096, 'unknown'],
    [511, Number.NaN, 'unknown'],
  ] as const)('limit %s with somaxconn %s: %s', (limit, somaxconn, expected) => {
    expect(whoSetLimit(limit, somaxconn)).toBe(expected);
  });
});

describe('acceptQueueCapacity', () => {
  // ESTABLISHED connections counted on Linux 6.18 with nobody accepting.
  it.each([
    [0, 1],
    [1, 2],
    [4, 5],
    [128, 129],
  ])('backlog %i holds %i', (limit, held) => {
    expect(acceptQueueCapacity(limit)).toBe(held);
  });
});

describe('synQueueCapacity', () => {
  const on618 = (limit: number, maxSynBacklog: number, syncookies: number): number =>
    synQueueCapacity({ limit, maxSynBacklog, syncookies, kernelRelease: '6.18.44' });

  // SYN_RECV counted on Linux 6.18 after a burst of several thousand SYNs that nobody completes.
  const measured: readonly (readonly [
    limit: number,
    maxSynBacklog: number,
    syncookies: number,
    synRecv: number,
  ])[] = [
    [8, 16, 0, 9],
    [8, 16, 1, 9],
    [8, 128, 0, 9],
    [8, 128, 1, 9],
    [8, 1024, 0, 9],
    [8, 1024, 1, 9],
    [64, 16, 0, 13],
    [64, 16, 1, 65],
    [64, 128, 0, 65],
    [64, 128, 1, 65],
    [64, 1024, 0, 65],
    [64, 1024, 1, 65],
    [256, 16, 0, 13],
    [256, 16, 1, 257],
    [256, 128, 0, 97],
    [256, 128, 1, 257],
    [256, 1024, 0, 257],
    [256, 1024, 1, 257],
    [2000, 16, 0, 13],
    [2000, 16, 1, 2001],
    [2000, 128, 0, 97],
    [2000, 128, 1, 2001],
    [2000, 1024, 0, 769],
    [2000, 1024, 1, 2001],
    [8, 1024, 2, 0],
    [2000, 16, 2, 0],
    [32, 1024, 0, 33],
    [32, 1024, 1, 33],
    [4096, 16384, 0, 4097],
    [4096, 16384, 1, 4097],
    [4096, 4096, 0, 3073],
    [0, 1024, 1, 1],
    [1, 1024, 1, 2],
    [256, 1, 0, 2],
    [256, 2, 0, 3],
    [256, 3, 0, 4],
    [256, 4, 0, 4],
    [256, 5, 0, 5],
    [256, 7, 0, 7],
    [256, 10, 0, 9],
  ];
  it.each(measured)(
    'limit %i, tcp_max_syn_backlog %i, tcp_syncookies %i: %i',
    (limit, max, cookies, synRecv) => {
      expect(on618(limit, max, cookies)).toBe(synRecv);
    },
  );

  it('treats cookies above 2 as 1', () => {
    expect(on618(64, 16, 3)).toBe(65);
  });

  it.each([
    ['6.13.0', 65],
    ['7.0.1', 65],
    ['6.12.9', 64],
    ['6.12.10-amd64', 65],
    ['6.11.0', 64],
    ['6.1.0-28-amd64', 64],
    ['6.1.125', 65],
    ['5.15.176', 64],
    ['5.15.177', 65],
    ['4.18.0-553.el8', 64],
    ['unreadable', 65],
  ])('the test changed from >= to >: Linux %s holds %i', (kernelRelease, held) => {
    expect(synQueueCapacity({ limit: 64, maxSynBacklog: 1024, syncookies: 1, kernelRelease })).toBe(held);
  });

  it('gives a backlog of 0 no room at all on the older kernels', () => {
    expect(synQueueCapacity({ limit: 0, maxSynBacklog: 1024, syncookies: 0, kernelRelease: '6.6.1' })).toBe(
      0,
    );
  });
});
