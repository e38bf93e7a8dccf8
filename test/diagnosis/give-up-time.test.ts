import { describe, expect, it } from 'vitest';
import { keepaliveEndsInMs, retransmissionEndsInMs } from '../../src/diagnosis/dead-peers/give-up-time.ts';
import { modelTimeoutMs } from '../../src/tcp/model/retransmission-limit.ts';
import type { TcpInfo } from '../../src/tcp/socket.ts';
import { makeSocket } from '../fixtures/observation.ts';

const quietInfo: TcpInfo = {
  retransmits: 0,
  probes: 0,
  backoff: 0,
  rtoUs: 204_000,
  rttUs: 1000,
  unacked: 1,
  lastDataSentMs: 0,
  lastDataReceivedMs: 0,
  lastAckReceivedMs: 0,
  totalRetransmits: 0,
  bytesAcked: 0,
  bytesReceived: 0,
  segmentsOut: 0,
  segmentsIn: 0,
  bytesSent: 0,
  bytesRetransmitted: 0,
};

/** A socket that waits for its first timeout, with its RTO. */
const unacknowledged = (rtoMs: number) =>
  makeSocket({ timer: 'retransmit', timerExpiresMs: rtoMs, info: { ...quietInfo, rtoUs: rtoMs * 1000 } });

describe('when the kernel gives a silent peer up', () => {
  it('the model: 924.6 s for tcp_retries2=15 (ip-sysctl), 25.4 s for 6', () => {
    expect(modelTimeoutMs(15)).toBe(924_600);
    expect(modelTimeoutMs(6)).toBe(25_400);
  });

  // Times of kernel 6.18 from the first byte; the first of the two sends before the first timeout is a tail loss probe, one RTO long.
  it.each([
    { retries: 0, rtoMs: 210, measuredMs: 830 },
    { retries: 3, rtoMs: 210, measuredMs: 6800 },
    { retries: 3, rtoMs: 230, measuredMs: 3670 },
    { retries: 5, rtoMs: 210, measuredMs: 13_400 },
    { retries: 5, rtoMs: 230, measuredMs: 14_900 },
    { retries: 7, rtoMs: 210, measuredMs: 54_700 },
  ])(
    'tcp_retries2=$retries with an RTO of $rtoMs ms: measured $measuredMs ms',
    ({ retries, rtoMs, measuredMs }) => {
      const predictedMs = rtoMs + retransmissionEndsInMs(unacknowledged(rtoMs), retries);
      expect(predictedMs).toBeGreaterThan(measuredMs * 0.95);
      expect(predictedMs).toBeLessThan(measuredMs * 1.05);
    },
  );

  it('counts from where the back-off stands', () => {
    const info = { ...quietInfo, backoff: 4, rtoUs: 3_264_000 };
    const later = makeSocket({ timer: 'retransmit', retransmits: 4, timerExpiresMs: 996, info });
    const start = retransmissionEndsInMs(unacknowledged(204), 8);
    // Four timeouts lie behind: 204 ms to the first, then 408, 816 and 1632, and 2268 of 3264 to the fifth.
    expect(retransmissionEndsInMs(later, 8)).toBe(start - 204 - 408 - 816 - 1632 - 2268);
  });

  it('keepalive: time + probes × interval after the last word', () => {
    const fresh = makeSocket({ timer: 'keepalive', timerExpiresMs: 3000, retransmits: 0 });
    expect(keepaliveEndsInMs(fresh, 3, 1000)).toBe(6000);
    const third = makeSocket({ timer: 'keepalive', timerExpiresMs: 400, retransmits: 3 });
    expect(keepaliveEndsInMs(third, 3, 1000)).toBe(400);
  });
});
