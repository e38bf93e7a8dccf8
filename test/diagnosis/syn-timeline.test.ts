import { describe, expect, it } from 'vitest';
import { connectTimeoutMs, lastSynAgeMs, synSentAgeMs } from '../../src/diagnosis/connect/syn-timeline.ts';

describe('the SYN timeline', () => {
  // Measured on Linux 6.18 against a DROP rule: total until ETIMEDOUT in s; the kernel's timers are up to 3.5 % late.
  it.each([
    [1, 0, 3.03],
    [1, 4, 3.06],
    [2, 0, 7.2],
    [2, 4, 7.14],
    [3, 0, 15.28],
    [3, 4, 19.58],
    [4, 4, 35.69],
    [5, 0, 64.09],
    [5, 4, 67.86],
    [6, 0, 131.05],
    [6, 1, 131.9],
    [6, 2, 131.61],
    [6, 4, 134.84],
  ])('tcp_syn_retries=%i, tcp_syn_linear_timeouts=%i: ETIMEDOUT after %f s', (retries, linear, measuredS) => {
    const nominalS = connectTimeoutMs(retries, linear) / 1000;
    expect(measuredS).toBeGreaterThanOrEqual(nominalS);
    expect(measuredS).toBeLessThan(nominalS * 1.036);
  });

  // SYNs of the default 6/4 were sent at 0 1.01 2.03 3.06 4.08 5.11 7.12 11.19 s.
  it('the age follows from the retransmissions and what the timer has left', () => {
    expect(synSentAgeMs(0, 400, 4)).toBe(600);
    expect(synSentAgeMs(5, 2000, 4)).toBe(5000);
    expect(synSentAgeMs(7, 7000, 4)).toBe(12_000);
    expect(synSentAgeMs(3, 8000, 0)).toBe(7000);
    expect(lastSynAgeMs(3, 7500, 0)).toBe(500);
  });
});
