import { describe, expect, it } from 'vitest';
import { compareFindings } from '../../src/tcp/finding-order.ts';
import { makeFinding } from '../fixtures/observation.ts';

describe('the order of findings', () => {
  it('puts a likely cause before its certain consequence, but a worse consequence first', () => {
    const overflow = makeFinding({ id: 'accept-queue-overflow', severity: 'warning', confidence: 'likely' });
    const timeouts = makeFinding({ id: 'connect-timeouts', severity: 'warning', confidence: 'certain' });
    const worse = makeFinding({ id: 'connect-timeouts', severity: 'critical', confidence: 'likely' });
    expect([timeouts, overflow, worse].sort(compareFindings)).toEqual([worse, overflow, timeouts]);
  });

  it('puts the surer one first where neither is a consequence', () => {
    const likely = makeFinding({ id: 'close-wait-leak', severity: 'warning', confidence: 'likely' });
    const certain = makeFinding({ id: 'dead-peers', severity: 'warning', confidence: 'certain' });
    expect([likely, certain].sort(compareFindings)).toEqual([certain, likely]);
  });
});
