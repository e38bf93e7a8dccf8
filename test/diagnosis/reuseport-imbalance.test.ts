import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { reuseportImbalance } from '../../src/diagnosis/rules/reuseport-imbalance.ts';
import type { Finding } from '../../src/tcp/finding.ts';
import type { ListenerObservation, ProcessObservation } from '../../src/tcp/observation.ts';
import {
  ends,
  makeListener,
  makeNamespace,
  makeObservation,
  makeProcess,
  makeQueueHistory,
} from '../fixtures/observation.ts';

const samples = 200;

/** A queue whose length did not change through the window. */
function steady(length: number, overrides: Partial<ListenerObservation> = {}): ListenerObservation {
  const full = length > 64;
  return makeListener({
    acceptQueue: ends({ length, limit: 64 }),
    queue: makeQueueHistory({
      peak: length,
      mean: length,
      fullSamples: full ? samples : 0,
      aboveHalfSamples: length > 32 ? samples : 0,
      emptySamples: length === 0 ? samples : 0,
    }),
    ...overrides,
  });
}

/** One that is served: its length goes up and down around the mean. */
function served(mean: number): ListenerObservation {
  const emptySamples = mean < 1 ? samples : 0;
  const queue = makeQueueHistory({ peak: Math.ceil(mean * 2), mean, emptySamples, acceptedAtLeast: 500 });
  return makeListener({ acceptQueue: ends({ length: Math.round(mean), limit: 64 }), queue });
}

function judge(
  listeners: readonly ListenerObservation[],
  processes: readonly ProcessObservation[] = [makeProcess()],
): readonly Finding[] {
  const namespace = makeNamespace({ listeners });
  return diagnose(makeObservation({ namespaces: [namespace], processes }), [reuseportImbalance]).findings;
}

describe('reuseport-imbalance', () => {
  it('finds a socket that its owner has forgotten, next to one it serves', () => {
    const [finding] = judge([steady(12), served(0.4)]);
    expect(finding).toMatchObject({ severity: 'warning', cause: { id: 'socket-not-served' } });
  });

  it('suspects the stopped one of several workers that all hold every socket (nginx)', () => {
    const pids = [812, 813];
    const processes = [makeProcess(), makeProcess({ pid: 813, state: ends('T') })];
    const [finding] = judge([steady(65, { pids }), { ...served(0.4), pids }], processes);
    expect(finding).toMatchObject({
      confidence: 'likely',
      cause: { id: 'process-stopped' },
      subject: { pid: '813' },
    });
  });

  it('finds a worker that lags, but not one that is merely busier', () => {
    expect(judge([served(20), served(0.5)])).toMatchObject([
      { severity: 'warning', cause: { id: 'uneven-load' } },
    ]);
    expect(judge([served(20), served(6)])).toEqual([]);
    expect(judge([served(3), served(0)])).toEqual([]);
  });

  it('says nothing when all are full, and nothing of listeners that share only the port', () => {
    expect(judge([steady(65), steady(65), steady(60)])).toEqual([]);
    expect(judge([steady(65), steady(0, { address: '10.0.0.1' })])).toEqual([]);
    expect(judge([steady(65), steady(0, { family: 'ipv6', address: '::' })])).toEqual([]);
  });
});
