import { describe, expect, it } from 'vitest';
import { acceptQueueCause } from '../../src/diagnosis/accept-queue/accept-queue-cause.ts';
import { acceptQueueFacts } from '../../src/diagnosis/accept-queue/accept-queue-facts.ts';
import { acceptQueueRemedies } from '../../src/diagnosis/accept-queue/accept-queue-remedies.ts';
import type { ListenerObservation, ProcessObservation } from '../../src/tcp/observation.ts';
import { ok } from '../../src/tcp/reading.ts';
import {
  makeListener,
  makeNamespace,
  makeObservation,
  makeProcess,
  makeQueueHistory,
  makeThread,
  makeWaiting,
} from '../fixtures/observation.ts';

const LIMIT = 16;
/** Four seconds at 20 ms; accepts go on in the first half, then the queue stands full. */
const halfWayFull = [...Array<number>(100).fill(1), ...Array<number>(100).fill(LIMIT + 1)];

const full: Partial<ListenerObservation> = {
  pids: [7],
  drops: { before: 0, after: 40 },
  acceptQueue: { before: { length: 1, limit: LIMIT }, after: { length: LIMIT + 1, limit: LIMIT } },
  queue: makeQueueHistory({
    samples: 200,
    peak: LIMIT + 1,
    fullSamples: 100,
    aboveHalfSamples: 100,
    emptySamples: 50,
    fullEpisodes: 1,
    acceptedAtLeast: 60,
    binMs: 20,
    bins: halfWayFull,
  }),
};

function judge(waiting: { oldestMs: number; medianMs: number }, process: Partial<ProcessObservation> = {}) {
  const listener = makeListener({
    ...full,
    waiting: { before: makeWaiting(), after: makeWaiting({ count: LIMIT + 1, ...waiting }) },
  });
  const namespace = makeNamespace({ listeners: ok([listener]) });
  const observation = makeObservation({
    namespaces: [namespace],
    processes: ok([makeProcess({ pid: 7, ...process })]),
  });
  const view = { observation, namespace };
  const facts = acceptQueueFacts(view, listener);
  const cause = acceptQueueCause(facts);
  return { facts, cause, remedies: acceptQueueRemedies(view, facts, cause) };
}

const asleep = {
  threads: ok([makeThread({ tid: 7, systemCall: 'flock', systemCallTarget: 'file /run/lock' })]),
};

describe('the cause of a full accept queue', () => {
  it('never calls a process asleep that was found running, however short a part of the window that is', () => {
    const running = { threads: ok([makeThread({ tid: 7, state: 'R', cpuShare: 0.5 })]) };
    const { cause } = judge({ oldestMs: 2000, medianMs: 1900 }, running);
    expect(cause).toMatchObject({ id: 'cpu-saturated', confidence: 'possible' });
    expect(cause.title).toContain('found running');
    // One that accepts and has time to spare is another matter.
    expect(judge({ oldestMs: 200, medianMs: 100 }, running).cause.id).not.toBe('cpu-saturated');
  });

  it('is a block that began within the window when all members came at once and none has left since', () => {
    const { facts, cause } = judge({ oldestMs: 2000, medianMs: 1900 }, asleep);
    expect(facts.accepts).toBe(false);
    expect(cause).toMatchObject({ id: 'blocked', title: expect.stringContaining('flock on file /run/lock') });
  });

  it('is overload when the members came one after the other, as places were freed', () => {
    const { facts, cause } = judge({ oldestMs: 2000, medianMs: 1000 }, asleep);
    expect(facts.accepts).toBe(true);
    expect(cause.id).toBe('sustained-overload');
  });

  it('is a process that was stopped within the window', () => {
    const { cause, remedies } = judge(
      { oldestMs: 2000, medianMs: 1900 },
      { state: { before: 'S', after: 'T' } },
    );
    expect(cause.id).toBe('process-stopped');
    expect(remedies[0]?.command).toBe('kill -CONT 7');
  });

  it('is a tracer where SIGCONT would do nothing', () => {
    const { cause, remedies } = judge(
      { oldestMs: 2000, medianMs: 1900 },
      { state: { before: 't', after: 't' } },
    );
    expect(cause.title).toContain('debugger');
    expect(remedies[0]?.command).toBe('grep TracerPid /proc/7/status');
  });

  it('is a quota where other work is not to blame, and more workers are not the first thing to try', () => {
    const busy = {
      threads: ok([makeThread({ tid: 7, state: 'R', cpuShare: 0.2, runQueueWaitShare: 0.78 })]),
    };
    const held = judge({ oldestMs: 2000, medianMs: 1000 }, { ...busy, throttledShare: 0.7 });
    expect(held.cause).toMatchObject({ id: 'cpu-saturated', title: expect.stringContaining('cgroup 70 %') });
    expect(held.remedies[0]?.summary).toContain('CPU limit');
    const crowded = judge({ oldestMs: 2000, medianMs: 1000 }, busy);
    expect(crowded.remedies[0]?.summary).toContain('other programs');
  });
});
