import { describe, expect, it } from 'vitest';
import type { ExpectedFindings, Scenario } from '../../src/lab/scenario.ts';
import { overflowCauses } from '../../src/lab/scenarios/accept-queue/overflow-plan.ts';
import { acceptQueueOverflow } from '../../src/lab/scenarios/accept-queue-overflow.ts';
import { heartbeatStorm } from '../../src/lab/scenarios/heartbeat-storm.ts';
import { synFlood } from '../../src/lab/scenarios/syn-flood.ts';
import { synQueueBurst } from '../../src/lab/scenarios/syn-queue-burst.ts';
import { newestKernel } from '../../src/tcp/model/kernel-version.ts';
import type { Prediction } from '../../src/tcp/prediction.ts';
import { readSettings, type SettingValues } from '../../src/tcp/setting.ts';
import type { Family } from '../../src/tcp/socket.ts';
import { expectPassed, playScenario } from './play-scenario.ts';

function valuesOf(scenario: Scenario, set: readonly string[]): SettingValues {
  return readSettings(scenario.settings, set, `scenario ${scenario.name}`);
}

function predict(scenario: Scenario, ...set: readonly string[]): Prediction | null {
  return scenario.predict(valuesOf(scenario, set), { kernel: newestKernel, family: 'ipv4' });
}

function findings(scenario: Scenario, ...set: readonly string[]): ExpectedFindings {
  return scenario.findings(valuesOf(scenario, set), { kernel: newestKernel, family: 'ipv4' });
}

describe('what is predicted of queues, before anything happens', () => {
  it('an accept queue: limit + 1 get in, the first other one sends its SYNs for nothing', () => {
    const prediction = predict(acceptQueueOverflow, 'backlog=8', 'senders=20');
    expect(prediction?.limits).toEqual({ acceptQueue: 9, synQueue: 9 });
    expect(prediction?.events.map(({ what, atMs }) => [what, atMs])).toEqual([
      ['SYN', 0],
      ['SYN', 1000],
    ]);
    expect(prediction?.outcome).toMatchObject({ atMs: 3000, errno: 'ETIMEDOUT' });
    expect(prediction?.answer).toMatch(
      /9 connections may wait; of 20 connections 11 are dropped as SYNs and 0 at/,
    );
  });

  it('a small somaxconn is the limit, and -1 asks for all of it', () => {
    expect(predict(acceptQueueOverflow, 'somaxconn=4')?.limits?.acceptQueue).toBe(5);
    expect(predict(acceptQueueOverflow, 'backlog=-1', 'somaxconn=7')?.limits?.acceptQueue).toBe(8);
  });

  it('over a round trip the last ACKs find the queue full: stuck, or reset with tcp_abort_on_overflow', () => {
    const late = ['delayMs=20', 'backlog=8', 'waitingFirst=8', 'senders=5', 'arrivalsPerSecond=5000'];
    const stuck = predict(acceptQueueOverflow, ...late);
    expect(stuck?.events.filter(({ what }) => what === 'SYN-ACK')).toHaveLength(2);
    expect(stuck?.outcome).toMatchObject({ atMs: null, state: 'ESTABLISHED' });
    const reset = predict(acceptQueueOverflow, ...late, 'tcp_abort_on_overflow=1');
    expect(reset?.outcome).toMatchObject({ errno: 'ECONNRESET', state: 'CLOSE' });
    expect(findings(acceptQueueOverflow, ...late, 'tcp_abort_on_overflow=1').expected).toContain(
      'abort-on-overflow',
    );
  });

  it('a queue that is long enough: nobody is turned away, and the doctor must not say so', () => {
    const cured = findings(acceptQueueOverflow, 'backlog=64');
    expect(cured.expected).toEqual([]);
    expect(cured.forbidden).toContain('accept-queue-overflow');
    expect(findings(acceptQueueOverflow, 'cause=none').forbidden).toContain('accept-queue-overflow');
  });

  it.each([
    ['acceptAgainMs=2000', 'cause=blocked', /goes with cause=process-stopped/],
    ['acceptsPerSecond=10', 'cause=blocked', /goes with cause=sustained-overload, burst/],
    ['waitingFirst=20', 'backlog=8', /room for 9/],
    ['senders=1000', 'arrivalsPerSecond=10', /raise arrivalsPerSecond, or watchMs by/],
  ])('%s with %s means nothing, and is refused', (one, other, why) => {
    expect(() => predict(acceptQueueOverflow, one, other)).toThrow(why);
  });

  it('a burst from afar: one more than the limit is half-open, the others get cookies, or wait for a second SYN', () => {
    const cookies = predict(synQueueBurst);
    expect(cookies?.limits?.synQueue).toBe(81);
    expect(cookies?.answer).toMatch(/81 handshakes may be half-open; 19 clients get a cookie/);
    const dropped = predict(synQueueBurst, 'tcp_syncookies=0', 'tcp_max_syn_backlog=16');
    expect(dropped?.limits?.synQueue).toBe(13);
    expect(dropped?.events.map(({ what }) => what).slice(0, 2)).toEqual(['SYN', 'SYN']);
    expect(findings(synQueueBurst, 'delayMs=0')).toMatchObject({ expected: [] });
  });

  it('a flood: the queue is full, and cookies decide over real clients', () => {
    expect(predict(synFlood)?.answer).toMatch(
      /65 forged requests are half-open at most; real clients get a cookie/,
    );
    expect(predict(synFlood, 'tcp_syncookies=0')?.outcome).toMatchObject({ errno: 'ETIMEDOUT' });
    expect(predict(synFlood, 'tcp_syncookies=2')?.answer).toMatch(/^0 forged/);
    expect(predict(synFlood, 'packetsPerSecond=20', 'backlog=256')?.answer).toMatch(/there is room left/);
    expect(() => predict(synFlood, 'packetsPerSecond=20')).toThrow(/set floodMs to/);
    expect(predict(synFlood, 'tcp_timestamps=0')?.because.at(-1)).toMatch(/Without timestamps/);
  });

  it('a heartbeat storm: slower beats and more collectors keep up, a longer queue only fills later', () => {
    expect(predict(heartbeatStorm)?.answer).toMatch(/300 heartbeats .* is full after 325 ms/);
    for (const cure of ['heartbeatMs=6000', 'collectors=4', 'acceptsPerSecond=400']) {
      expect(predict(heartbeatStorm, cure)?.answer).toMatch(/it keeps up\.$/);
      expect(findings(heartbeatStorm, cure).forbidden).toContain('accept-queue-overflow');
    }
    expect(findings(heartbeatStorm, 'backlog=512').expected).toContain('accept-queue-overflow');
  });
});

interface Played {
  readonly scenario: Scenario;
  readonly family: Family;
  readonly set: readonly string[];
}

const played: readonly Played[] = [
  ...overflowCauses
    .filter((cause) => cause !== 'process-stopped')
    .map((cause, i) => row(acceptQueueOverflow, i % 2 === 0 ? 'ipv4' : 'ipv6', `cause=${cause}`)),
  // Rows a to d of kernel-facts 3.1.
  row(
    acceptQueueOverflow,
    'ipv6',
    'delayMs=20',
    'backlog=8',
    'waitingFirst=8',
    'senders=5',
    'arrivalsPerSecond=5000',
    'client=sends',
  ),
  row(
    acceptQueueOverflow,
    'ipv4',
    'delayMs=20',
    'backlog=8',
    'waitingFirst=8',
    'senders=5',
    'arrivalsPerSecond=5000',
    'tcp_abort_on_overflow=1',
  ),
  row(acceptQueueOverflow, 'ipv6', 'delayMs=20', 'backlog=4', 'senders=25', 'arrivalsPerSecond=5000'),
  row(acceptQueueOverflow, 'ipv4', 'acceptAgainMs=2500', 'tcp_syn_retries=2', 'somaxconn=9'),
  row(synQueueBurst, 'ipv6', 'tcp_syncookies=0', 'tcp_max_syn_backlog=16'),
  row(synQueueBurst, 'ipv4', 'tcp_syncookies=2'),
  row(synFlood, 'ipv6', 'tcp_syncookies=0'),
  row(synFlood, 'ipv4', 'tcp_timestamps=0', 'packetsPerSecond=0'),
  row(synFlood, 'ipv6', 'tcp_syncookies=2', 'delayMs=20'),
  row(heartbeatStorm, 'ipv4', 'collectors=4', 'senders=200'),
  row(heartbeatStorm, 'ipv6', 'heartbeatMs=5000', 'port=24224'),
];

function row(scenario: Scenario, family: Family, ...set: readonly string[]): Played {
  return { scenario, family, set };
}

describe.skipIf(process.getuid?.() !== 0).concurrent('queues go as predicted (needs root)', () => {
  it.each(played)(
    '$scenario.name over $family with $set',
    { timeout: 60_000 },
    async ({ scenario, family, set }) => {
      expectPassed(await playScenario(scenario, family, set));
    },
  );

  it('the user’s own server: its limit counts, not the setting', { timeout: 60_000 }, async () => {
    const program = `require('net').createServer(() => {}).listen({ port: 8080, host: '::', backlog: 20 })`;
    const run = await playScenario(acceptQueueOverflow, 'ipv4', [], {
      server: `exec ${process.execPath} -e "${program}"`,
    });
    expectPassed(run);
    expect(run?.predicted?.limits).toEqual({ acceptQueue: 21, synQueue: 21 });
  });

  it('a cause that only the lab’s own server can have is refused for the user’s', {
    timeout: 60_000,
  }, async () => {
    const program = `require('net').createServer(() => {}).listen({ port: 8080, host: '::' })`;
    const run = await playScenario(acceptQueueOverflow, 'ipv4', ['cause=blocked'], {
      server: `exec ${process.execPath} -e "${program}"`,
    });
    expect(run).toMatchObject({ complete: false, passed: false });
    expect(run?.incompleteBecause.join()).toMatch(/cause=process-stopped/);
  });
});
